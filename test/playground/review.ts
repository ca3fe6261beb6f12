// Pictures of pages kept under review: a page that looks otherwise than its picture fails its test until somebody has looked.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Page } from "playwright-core"
import { expect } from "vitest"

const pictures = join(import.meta.dirname, "pictures")

/** How far two pictures are apart, 0 to 1, each drawn at a sixteenth of its size so that a blinking cursor is no difference. */
function difference(page: Page, before: Buffer, after: Buffer): Promise<number> {
  return page.evaluate(async ([a, b]) => {
    const read = async (data: string): Promise<ImageData> => {
      const image = new Image()
      image.src = `data:image/jpeg;base64,${data}`
      await image.decode()
      const canvas = new OffscreenCanvas(96, 64)
      const context = canvas.getContext("2d")!
      context.imageSmoothingQuality = "high"
      context.drawImage(image, 0, 0, 96, 64)
      return context.getImageData(0, 0, 96, 64)
    }
    const [left, right] = await Promise.all([read(a!), read(b!)])
    let sum = 0
    for (let at = 0; at < left.data.length; at++) sum += Math.abs(left.data[at]! - right.data[at]!)
    return sum / left.data.length / 255
  }, [before.toString("base64"), after.toString("base64")])
}

/** A picture that differs by more than the fonts of another machine do is a change to look at; UPDATE=1 takes it. */
export async function review(page: Page, name: string): Promise<void> {
  const drawn = await page.screenshot({ type: "jpeg", quality: 62, animations: "disabled" })
  const path = join(pictures, `${name}.jpg`)
  if (process.env["UPDATE"] === "1" || !existsSync(path)) {
    mkdirSync(pictures, { recursive: true })
    writeFileSync(path, drawn)
    return
  }
  const apart = await difference(page, readFileSync(path), drawn)
  expect(apart, `${name}.jpg has changed; look at it, then run the test with UPDATE=1`).toBeLessThan(0.06)
}
