// Pictures of pages kept under review: a page that looks otherwise than its picture fails its test until somebody has looked.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { expect } from "vitest"

const pictures = join(import.meta.dirname, "pictures")

/**
 * How far two pictures are apart: the sum, over 12 by 8 blocks, of how much more than 0.03 (of 0 to 1) the mean colour of a block differs.
 * Measured in all themes and widths: the page in other fonts 0.07 at most; without what stands beside the graph of a run 0.19, without
 * the graph itself 0.12 at least.
 */
const apartMax = 0.1

function difference(page: Page, before: Buffer, after: Buffer): Promise<number> {
  return page.evaluate(async ([a, b]) => {
    const [columns, rows] = [12, 8]
    const read = async (data: string): Promise<Uint8ClampedArray> => {
      const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]))
      const context = new OffscreenCanvas(columns * 8, rows * 8).getContext("2d")!
      context.imageSmoothingQuality = "high"
      context.drawImage(picture, 0, 0, columns * 8, rows * 8)
      return context.getImageData(0, 0, columns * 8, rows * 8).data
    }
    const [left, right] = await Promise.all([read(a!), read(b!)])
    let apart = 0
    for (let block = 0; block < columns * rows; block++) {
      const [x, y] = [(block % columns) * 8, Math.floor(block / columns) * 8]
      const sums = [0, 0, 0]
      for (let at = 0; at < 64; at++) {
        const pixel = ((y + Math.floor(at / 8)) * columns * 8 + x + (at % 8)) * 4
        for (let colour = 0; colour < 3; colour++) sums[colour]! += left[pixel + colour]! - right[pixel + colour]!
      }
      apart += Math.max(0, Math.max(...sums.map(Math.abs)) / 64 / 255 - 0.03)
    }
    return apart
  }, [before.toString("base64"), after.toString("base64")])
}

async function smaller(page: Page, picture: Buffer, scale: number): Promise<Buffer> {
  const made = await page.evaluate(async ([data, by]) => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))]))
    const canvas = new OffscreenCanvas(Math.round(picture.width * by), Math.round(picture.height * by))
    const context = canvas.getContext("2d")!
    context.imageSmoothingQuality = "high"
    context.drawImage(picture, 0, 0, canvas.width, canvas.height)
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.6 })).arrayBuffer())
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
  }, [picture.toString("base64"), scale] as const)
  return Buffer.from(made, "base64")
}

/** Once nothing scrolls or grows any more: two pictures in a row are alike. */
async function settled(page: Page): Promise<Buffer> {
  const draw = (): Promise<Buffer> => page.screenshot({ type: "jpeg", quality: 62, animations: "disabled" })
  let last = await draw()
  for (let turn = 0; turn < 40; turn++) {
    await page.waitForTimeout(100)
    const next = await draw()
    const isStill = (await difference(page, last, next)) === 0
    last = next
    if (isStill) break
  }
  return last
}

/** A picture that differs by more than the fonts of another machine do is a change to look at; UPDATE=1 takes it. */
export async function review(page: Page, name: string, { scale = 1 }: { readonly scale?: number } = {}): Promise<void> {
  const drawn = await settled(page)
  const path = join(pictures, `${name}.jpg`)
  if (process.env["UPDATE"] === "1") {
    mkdirSync(pictures, { recursive: true })
    writeFileSync(path, scale === 1 ? drawn : await smaller(page, drawn, scale))
    return
  }
  expect(existsSync(path), `there is no ${name}.jpg; run the test with UPDATE=1, then look at it`).toBe(true)
  const apart = await difference(page, readFileSync(path), drawn)
  expect(apart, `${name}.jpg has changed; look at it, then run the test with UPDATE=1`).toBeLessThan(apartMax)
}
