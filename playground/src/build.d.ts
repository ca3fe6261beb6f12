// What the bundler tells the page: names of the workers and the list of examples.

declare module "virtual:build" {
  export interface FileText {
    readonly path: string
    readonly text: string
  }
  export const build: {
    readonly languageWorker: string
    readonly simulationWorker: string
    readonly editorWorker: string
    readonly examples: readonly { readonly id: string; readonly title: string; readonly summary: string }[]
    readonly first: { readonly id: string; readonly files: readonly FileText[] }
  }
}
