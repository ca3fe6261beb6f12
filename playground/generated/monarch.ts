// Generated from grammar/tokens.ts by `npm run generate`; change that file.

export const monarch = {
  "defaultToken": "invalid",
  "tokenPostfix": ".agentflow",
  "includeLF": true,
  "brackets": [
    {
      "open": "{",
      "close": "}",
      "token": "delimiter.bracket"
    },
    {
      "open": "(",
      "close": ")",
      "token": "delimiter"
    },
    {
      "open": "[",
      "close": "]",
      "token": "delimiter"
    }
  ],
  "tokenizer": {
    "root": [
      {
        "include": "@code"
      },
      [
        "[{}]",
        "delimiter.bracket"
      ],
      [
        ".",
        "invalid"
      ]
    ],
    "code": [
      [
        "///(?!/).*",
        "comment.doc"
      ],
      [
        "//.*",
        "comment"
      ],
      [
        "/\\*",
        {
          "token": "comment",
          "next": "@comment"
        }
      ],
      [
        "\"\"\"",
        {
          "token": "string",
          "next": "@block"
        }
      ],
      [
        "\"",
        {
          "token": "string",
          "next": "@string"
        }
      ],
      [
        "'[^'\\n]*'",
        "string"
      ],
      [
        "(?<![A-Za-z0-9_])(?:nothing|false|true)(?![A-Za-z0-9_])",
        "constant"
      ],
      [
        "(?<![A-Za-z0-9_])(?:and|not|or)(?![A-Za-z0-9_])",
        "keyword"
      ],
      [
        "(?<![A-Za-z0-9_])(?:return|catch|match|while|else|for|let|try|var|if|in)(?![A-Za-z0-9_])",
        "keyword"
      ],
      [
        "(?<![A-Za-z0-9_.])(?:workflow|setting|import|policy|secret|agent|error|event|human|model|enum|test|tool|type)(?![A-Za-z0-9_]|\\(|\\.|\\s*:|\\s*=(?![=>]))",
        "keyword"
      ],
      [
        "(?<![A-Za-z0-9_.])(?:instructions|irreversible|concurrency|compensate|everywhere|idempotent|announce|continue|deadline|failures|fallback|handoffs|parallel|schedule|advance|answers|approve|backoff|binding|circuit|collect|context|history|publish|require|retries|returns|timeout|accept|always|before|budget|called|effect|expect|export|factor|header|invoke|jitter|letter|manual|memory|output|prompt|repeat|tokens|undone|within|writes|after|cache|calls|costs|crash|fails|fault|given|limit|never|opens|price|queue|reads|retry|sleep|state|steps|takes|times|tools|topic|turns|until|body|dead|drop|fail|from|http|join|keep|once|race|saga|send|skip|then|time|wait|when|with|ask|key|log|map|mcp|new|per|run|use|as|at|by|do|on|to|up)(?![A-Za-z0-9_]|\\(|\\.|\\s*:|\\s*=(?![=>]))",
        "keyword"
      ],
      [
        "(?<![A-Za-z0-9_])(?:duration|message|number|string|money|bool|json|int)(?![A-Za-z0-9_])",
        "type"
      ],
      [
        "(?<![A-Za-z0-9_])[A-Z][A-Za-z0-9_]*",
        "type.identifier"
      ],
      [
        "[A-Za-z_][A-Za-z0-9_]*(?=\\()",
        "identifier"
      ],
      [
        "[A-Za-z_][A-Za-z0-9_]*",
        "identifier"
      ],
      [
        "(?:\\$\\d+(?:\\.\\d+)?|(?:\\d+(?:\\.\\d+)?(?:ms|s|m|h|d))+|\\d+(?:\\.\\d+)?[kM]?)(?![A-Za-z0-9_])",
        "number"
      ],
      [
        "@",
        "annotation"
      ],
      [
        "(?:\\.\\.\\.|!=|&&|<=|==|=>|>=|\\?\\.|\\?\\?|\\|\\||!|%|\\*|\\+|-|\\/|<|=|>|\\?|\\|)",
        "operator"
      ],
      [
        "[,:.()\\[\\]]",
        "delimiter"
      ],
      [
        "\\s+",
        ""
      ]
    ],
    "comment": [
      [
        "\\*/",
        {
          "token": "comment",
          "next": "@pop"
        }
      ],
      [
        "[^*]+",
        "comment"
      ],
      [
        "\\*",
        "comment"
      ]
    ],
    "string": [
      [
        "(?=\\n)",
        {
          "token": "",
          "next": "@pop"
        }
      ],
      [
        "\\\\(?:u\\{[0-9A-Fa-f]*\\}|.)",
        "string.escape"
      ],
      [
        "\"",
        {
          "token": "string",
          "next": "@pop"
        }
      ],
      [
        "\\{",
        {
          "token": "delimiter.bracket",
          "next": "@lineHole"
        }
      ],
      [
        "[^\"\\\\{\\n]+",
        "string"
      ],
      [
        "[\"\\\\]",
        "string"
      ],
      [
        "\\n",
        "string"
      ]
    ],
    "block": [
      [
        "\\\\(?:u\\{[0-9A-Fa-f]*\\}|.)",
        "string.escape"
      ],
      [
        "\"\"\"",
        {
          "token": "string",
          "next": "@pop"
        }
      ],
      [
        "\\{",
        {
          "token": "delimiter.bracket",
          "next": "@hole"
        }
      ],
      [
        "[^\"\\\\{\\n]+",
        "string"
      ],
      [
        "[\"\\\\]",
        "string"
      ],
      [
        "\\n",
        "string"
      ]
    ],
    "hole": [
      [
        "\\{",
        {
          "token": "delimiter.bracket",
          "next": "@hole"
        }
      ],
      [
        "\\}",
        {
          "token": "delimiter.bracket",
          "next": "@pop"
        }
      ],
      {
        "include": "@code"
      }
    ],
    "lineHole": [
      [
        "(?=\\n)",
        {
          "token": "",
          "next": "@pop"
        }
      ],
      [
        "\\{",
        {
          "token": "delimiter.bracket",
          "next": "@lineHole"
        }
      ],
      [
        "\\}",
        {
          "token": "delimiter.bracket",
          "next": "@pop"
        }
      ],
      {
        "include": "@code"
      }
    ]
  }
} as const
