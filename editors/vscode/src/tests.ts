// The test explorer: every `test` block of the folders, run by `agentflow test` on the simulator.

import * as vscode from "vscode"
import { debounced, folderOf, rangeOf, requests, type CommandRunner, type Host } from "./host.ts"
import { problemsIn, readReport, type TestReport } from "./report.ts"

export interface Explorer extends vscode.Disposable {
  readonly controller: vscode.TestController
  readonly runTests: (program: vscode.Uri, name: string | undefined) => Promise<void>
}

export function registerTests(host: Host, command: CommandRunner): Explorer {
  const controller = vscode.tests.createTestController("agentflow", "AgentFlow")
  const ask = requests(host)
  const show = async (uri?: vscode.Uri): Promise<void> => {
    const files = await ask.tests(uri?.toString())
    const known = new Set(files.map((file) => file.uri))
    if (uri === undefined) controller.items.forEach(({ id }) => void (known.has(id) || controller.items.delete(id)))
    else if (!known.has(uri.toString())) controller.items.delete(uri.toString())
    for (const file of files) {
      const place = vscode.Uri.parse(file.uri)
      const item = controller.createTestItem(file.uri, vscode.workspace.asRelativePath(place), place)
      item.children.replace(file.tests.map(({ name, selectionRange }) => {
        const test = controller.createTestItem(`${file.uri}#${name}`, name, place)
        test.range = rangeOf(selectionRange)
        return test
      }))
      controller.items.add(item)
    }
  }
  const safely = (uri?: vscode.Uri): void => void show(uri).catch((problem: unknown) => host.client.error("test explorer", problem, false))
  const changed = new Map<string, vscode.Uri>()
  const later = debounced(400, () => {
    for (const uri of changed.values()) safely(uri)
    changed.clear()
  })
  const run = async (request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> => {
    const wanted = wantedBy(request, controller)
    const testRun = controller.createTestRun(request)
    try {
      for (const [uri, tests] of wanted) await runProgram(command, testRun, vscode.Uri.parse(uri), tests, token)
    } finally {
      testRun.end()
    }
  }
  controller.refreshHandler = () => show()
  controller.resolveHandler = (item) => (item === undefined ? show() : undefined)
  const profile = controller.createRunProfile("Simulate", vscode.TestRunProfileKind.Run, run, true)
  const subscriptions = [
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.languageId !== "agentflow") return
      changed.set(document.uri.toString(), document.uri)
      later.call()
    }),
    vscode.workspace.onDidOpenTextDocument((document) => void (document.languageId === "agentflow" && safely(document.uri))),
    vscode.workspace.onDidDeleteFiles(() => safely()),
  ]
  safely()
  const runTests = async (program: vscode.Uri, name: string | undefined): Promise<void> => {
    await show(program)
    const file = controller.items.get(program.toString())
    const item = name === undefined ? file : file?.children.get(`${program.toString()}#${name}`)
    if (item === undefined) return void vscode.window.showInformationMessage("There is no such test in this program.")
    await run(new vscode.TestRunRequest([item], undefined, profile), new vscode.CancellationTokenSource().token)
  }
  return { controller, runTests, dispose: () => vscode.Disposable.from(controller, profile, later, ...subscriptions).dispose() }
}

/** By program: its tests that are asked for. */
function wantedBy({ include, exclude = [] }: vscode.TestRunRequest, { items }: vscode.TestController): ReadonlyMap<string, readonly vscode.TestItem[]> {
  const found = new Map<string, vscode.TestItem[]>()
  const add = (item: vscode.TestItem): void => {
    if (exclude.includes(item)) return
    if (item.parent === undefined) return item.children.forEach(add)
    const tests = found.get(item.parent.id) ?? []
    if (!tests.includes(item)) found.set(item.parent.id, [...tests, item])
  }
  if (include === undefined) items.forEach(add)
  else include.forEach(add)
  return found
}

async function runProgram(command: CommandRunner, run: vscode.TestRun, uri: vscode.Uri, tests: readonly vscode.TestItem[], token: vscode.CancellationToken): Promise<void> {
  const folder = folderOf(uri)
  for (const test of tests) run.started(test)
  const [only, second] = tests
  const filter = only !== undefined && second === undefined ? ["--filter", only.label] : []
  const { stdout, stderr, code } = await command.run(folder, ["test", vscode.workspace.asRelativePath(uri, false), "--report", "json", ...filter], token)
  if (token.isCancellationRequested) return tests.forEach((test) => run.skipped(test))
  const reports = readReport(stdout)
  if (stderr !== "") run.appendOutput(stderr.replace(/\r?\n/g, "\r\n"))
  for (const test of tests) {
    const report = reports?.find(({ name }) => name === test.label)
    if (report === undefined) run.errored(test, new vscode.TestMessage(stderr.trim() || `\`agentflow test\` ended with code ${code} and said nothing of this test.`))
    else if (report.ok) run.passed(test, report.ms)
    else run.failed(test, await messagesOf(report, folder), report.ms)
    if (report !== undefined) run.appendOutput(`${report.ok ? "passed" : "failed"}: ${report.name}, ${report.runs} simulated runs\r\n`)
  }
}

async function messagesOf(report: TestReport, folder: vscode.Uri): Promise<readonly vscode.TestMessage[]> {
  return Promise.all(problemsIn(report).map(async ({ text, expected, actual, place }) => {
    const message = expected === undefined || actual === undefined ? new vscode.TestMessage(text) : vscode.TestMessage.diff(text, expected, actual)
    if (place !== undefined) {
      const uri = vscode.Uri.joinPath(folder, place.path)
      const document = await vscode.workspace.openTextDocument(uri)
      message.location = new vscode.Location(uri, new vscode.Range(document.positionAt(place.start), document.positionAt(place.end)))
    }
    return message
  }))
}
