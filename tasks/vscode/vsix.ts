// A .vsix: a zip of the extension's folder, an XML manifest and the list of content types (Open Packaging Conventions).

import { extname } from "node:path"
import { zipSync } from "fflate"

export interface PackedFile {
  /** Below the extension's folder, with forward slashes. */
  readonly path: string
  readonly bytes: Uint8Array
}

export interface PackageManifest {
  readonly name: string
  readonly displayName: string
  readonly description: string
  readonly version: string
  readonly publisher: string
  readonly engines: { readonly vscode: string }
  readonly categories: readonly string[]
  readonly keywords: readonly string[]
}

const types: Readonly<Record<string, string>> = {
  ".json": "application/json", ".js": "application/javascript", ".md": "text/markdown", ".svg": "image/svg+xml", ".vsixmanifest": "text/xml", "": "text/plain",
}

export function packed(manifest: PackageManifest, files: readonly PackedFile[]): Uint8Array {
  const text = new TextEncoder()
  const entries: Record<string, Uint8Array> = {
    "[Content_Types].xml": text.encode(contentTypes(files)),
    "extension.vsixmanifest": text.encode(vsixManifest(manifest, files)),
  }
  for (const { path, bytes } of files) entries[`extension/${path}`] = bytes
  // The same input gives the same bytes.
  return zipSync(entries, { level: 9, mtime: new Date(1980, 0, 2) })
}

function escaped(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
}

function contentTypes(files: readonly PackedFile[]): string {
  const endings = [...new Set([".vsixmanifest", ...files.map(({ path }) => extname(path).toLowerCase())])].sort()
  const defaults = endings.filter((ending) => ending !== "").map((ending) => `<Default Extension="${ending}" ContentType="${types[ending] ?? "application/octet-stream"}"/>`)
  const bare = files.filter(({ path }) => extname(path) === "").map(({ path }) => `<Override PartName="/extension/${escaped(path)}" ContentType="text/plain"/>`)
  return `<?xml version="1.0" encoding="utf-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${[...defaults, ...bare].join("")}</Types>\n`
}

function vsixManifest({ name, displayName, description, version, publisher, engines, categories, keywords }: PackageManifest, files: readonly PackedFile[]): string {
  const asset = (type: string, path: string): string => (files.some((file) => file.path === path) ? `\n    <Asset Type="${type}" Path="extension/${path}" Addressable="true"/>` : "")
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${escaped(name)}" Version="${escaped(version)}" Publisher="${escaped(publisher)}"/>
    <DisplayName>${escaped(displayName)}</DisplayName>
    <Description xml:space="preserve">${escaped(description)}</Description>
    <Tags>${escaped([...keywords, "__ext_agentflow", "__web_extension"].join(","))}</Tags>
    <Categories>${escaped(categories.join(","))}</Categories>
    <GalleryFlags>Public</GalleryFlags>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="${escaped(engines.vscode)}"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace,web"/>
    </Properties>
    <License>extension/LICENSE</License>
  </Metadata>
  <Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>${asset("Microsoft.VisualStudio.Services.Content.Details", "README.md")}${asset("Microsoft.VisualStudio.Services.Content.License", "LICENSE")}
  </Assets>
</PackageManifest>
`
}
