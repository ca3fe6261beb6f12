// Completion scripts for shells, made from the table of commands.

import type { Command, Flag } from "./command.ts"

export const shells = ["bash", "zsh", "fish"] as const
export type Shell = (typeof shells)[number]

export function completionFor(shell: Shell, commands: readonly Command[]): string {
  switch (shell) {
    case "bash":
      return bash(commands)
    case "zsh":
      return zsh(commands)
    case "fish":
      return fish(commands)
  }
}

const files = /FILE|OTHER/
const spellings = ({ name, short }: Flag): readonly string[] => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]

function bash(commands: readonly Command[]): string {
  const flagCases = commands.map(({ name, flags }) => `    ${name}) flags="${["--help", ...flags.map((flag) => `--${flag.name}`)].join(" ")}" ;;`)
  const valued = commands.flatMap(({ name, flags }) => flags.filter(({ value }) => value !== undefined).map((flag) => {
    const pattern = spellings(flag).map((each) => `${name}:${each}`).join("|")
    if (flag.choices !== undefined) return `    ${pattern}) COMPREPLY=($(compgen -W "${flag.choices.join(" ")}" -- "$word")); return ;;`
    if (/FOLDER/.test(flag.value!)) return `    ${pattern}) COMPREPLY=($(compgen -d -- "$word")); return ;;`
    return /FILE|JSON/.test(flag.value!) ? `    ${pattern}) COMPREPLY=($(compgen -f -- "$word")); return ;;` : `    ${pattern}) COMPREPLY=(); return ;;`
  }))
  const programs = commands.filter(({ usage }) => files.test(usage)).map(({ name }) => name)
  return `# bash completion of agentflow: put it into ~/.bashrc, or into a file that is read from there.
_agentflow() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} flags=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${["--help", "--version", ...commands.map(({ name }) => name)].join(" ")}" -- "$word"))
    return
  fi
  case "$command:$before" in
${valued.join("\n")}
  esac
  case "$command" in
    help) COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")}" -- "$word")); return ;;
    completion) COMPREPLY=($(compgen -W "${shells.join(" ")} --help" -- "$word")); return ;;
${flagCases.join("\n")}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$word")); return ;;
  esac
  case "$command" in
    ${programs.join("|")}) COMPREPLY=($(compgen -f -X '!*.agentflow' -- "$word") $(compgen -d -S / -- "$word")); compopt -o nospace 2>/dev/null ;;
  esac
}
complete -F _agentflow agentflow
`
}

function zsh(commands: readonly Command[]): string {
  const text = (summary: string): string => summary.replaceAll("'", "'\\''").replaceAll("[", "\\[").replaceAll("]", "\\]").replaceAll(":", "\\:")
  const specs = commands.map(({ name, flags, usage }) => [
    `    ${name})`,
    "      _arguments -s \\",
    ...[{ name: "help", summary: "show flags and examples" } as Flag, ...flags].flatMap((flag) => spellings(flag).map((each) => `        '${each}[${text(flag.summary)}]${valueSpec(flag)}' \\`)),
    `        '*:argument:${files.test(usage) ? '_files -g "*.agentflow"' : name === "completion" ? `(${shells.join(" ")})` : " "}'`,
    "      ;;",
  ].join("\n"))
  return `#compdef agentflow
# zsh completion of agentflow: put it into a folder of $fpath as _agentflow.
_agentflow() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    '${name}:${text(summary)}'`).join("\n")}
  )
  if (( CURRENT == 2 )); then
    if [[ $words[2] == -* ]]; then
      compadd -- --help --version
    else
      _describe command commands
    fi
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
    help)
      _arguments '*:command:(${commands.map(({ name }) => name).join(" ")})'
      ;;
${specs.join("\n")}
  esac
}
_agentflow "$@"
`
}

function valueSpec({ value, choices }: Flag): string {
  if (value === undefined) return ""
  if (choices !== undefined) return `:${value.toLowerCase()}:(${choices.join(" ")})`
  return /FOLDER/.test(value) ? ":folder:_directories" : /FILE|JSON/.test(value) ? ":file:_files" : `:${value.toLowerCase().replaceAll(/[^a-z]/g, " ").trim()}: `
}

function fish(commands: readonly Command[]): string {
  const text = (summary: string): string => `'${summary.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
  const lines = commands.flatMap(({ name, summary, flags, usage }) => [
    `complete -c agentflow -n __fish_use_subcommand -a ${name} -d ${text(summary)}`,
    ...(files.test(usage) ? [`complete -c agentflow -n '__fish_seen_subcommand_from ${name}' -k -a '(__fish_complete_suffix .agentflow)'`] : []),
    ...flags.map((flag) => {
      const values = flag.value === undefined ? "" : flag.choices !== undefined ? ` -x -a '${flag.choices.join(" ")}'` : /FILE|FOLDER|JSON/.test(flag.value) ? " -r -F" : " -x"
      return `complete -c agentflow -n '__fish_seen_subcommand_from ${name}' -l ${flag.name}${flag.short === undefined ? "" : ` -s ${flag.short}`}${values} -d ${text(flag.summary)}`
    }),
  ])
  return `# fish completion of agentflow: put it into ~/.config/fish/completions/agentflow.fish.
complete -c agentflow -f
complete -c agentflow -l help -s h -d 'show flags and examples'
complete -c agentflow -n __fish_use_subcommand -l version -s v -d 'show the version'
complete -c agentflow -n '__fish_seen_subcommand_from help' -a '${commands.map(({ name }) => name).join(" ")}'
complete -c agentflow -n '__fish_seen_subcommand_from completion' -a '${shells.join(" ")}'
${lines.join("\n")}
`
}
