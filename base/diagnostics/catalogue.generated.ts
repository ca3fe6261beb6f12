// Generated from base/diagnostics/codes/*.md by `npm run generate`; change those files.

export const catalogue = {
  AF1001: { title: "unexpected token", severity: "error", message: "Expected {expected}, found {found}." },
  AF2001: { title: "unknown name", severity: "error", message: "{name} is not declared here{hint}." },
  AF2002: { title: "name declared twice", severity: "error", message: "{name} is already declared (a {kind})." },
  AF2003: { title: "name hides another", severity: "error", message: "{name} hides the {kind} of the same name." },
  AF2004: { title: "imported file not found", severity: "error", message: "There is no file {path}{hint}." },
  AF2005: { title: "imported name not found", severity: "error", message: "{path} declares no {name}{hint}." },
  AF2006: { title: "files take values from each other", severity: "error", message: "Files import values from each other: {cycle}." },
  AF2007: { title: "built-in error kind declared again", severity: "error", message: "{name} is a built-in error kind." },
  AF2008: { title: "unknown error kind", severity: "error", message: "{name} is not an error kind{hint}." },
  AF2009: { title: "unknown type", severity: "error", message: "{name} is not a type{hint}." },
  AF2010: { title: "declaration never used", severity: "warning", message: "The {kind} {name} is never used." },
  AF2011: { title: "value never used", severity: "warning", message: "{name} is never used." },
  AF2012: { title: "catch of a lone kind", severity: "error", message: "`catch {name}` would catch every error and call it {name}; the kind is {kind}." },
  AF2014: { title: "tool module not found", severity: "error", message: "There is no module {path} for the tool {name}." },
  AF2015: { title: "tool not exported", severity: "error", message: "{path} exports no {name}{hint}." },
  AF2016: { title: "name of another kind", severity: "error", message: "{name} is a {actual}; this place needs {expected}." },
  AF2017: { title: "built-in type declared again", severity: "error", message: "{name} is a built-in type." },
} as const
