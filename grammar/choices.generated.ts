// Made by `npm run generate` from the parser's rules: the alternative that a token begins, for every choice of a rule.

export const choices: Readonly<Record<string, readonly Readonly<Record<string, number>>[]>> = {
  literalValue: [
    {"true":4,"false":5,"Money":2,"Duration":3,"Number":1,"BlockStart":0,"StringStart":0,"RawString":0},
  ],
  template: [
    {"BlockStart":2,"StringStart":1,"RawString":0},
  ],
  prefixOperator: [
    {"not":1,"-":0,"!":2},
  ],
  operand: [
    {"Name":5,"true":3,"false":3,"nothing":4,"Money":3,"Duration":3,"Number":3,"BlockStart":3,"StringStart":3,"RawString":3,"{":1,"(":2,"[":0},
  ],
  postfix: [
    {"?.":1,"(":3,"[":2,".":0},
  ],
  typePrimary: [
    {},
    {},
    {"Name":2,"true":3,"false":3,"nothing":2,"Money":3,"Duration":3,"Number":3,"BlockStart":3,"StringStart":3,"RawString":3,"-":3,"{":0,"(":1},
  ],
  retry: [
    {"on":0,"backoff":1,"factor":2,"jitter":3},
  ],
  budgetElse: [
    {"return":1,"use":2,"ask":3,"fail":0},
  ],
  trigger: [
    {"schedule":0,"topic":1,"http":2},
  ],
  clause: [
    {"model":21,"retry":0,"timeout":1,"deadline":2,"circuit":3,"limit":4,"cache":5,"budget":6,"fallback":7,"compensate":8,"manual":9,"use":10,"steps":11,"reads":12,"writes":12,"irreversible":13,"idempotent":14,"accept":15,"header":16,"body":17,"fails":18,"require":19,"approve":20,"instructions":22,"prompt":22,"history":23,"tools":24,"handoffs":25,"memory":26,"ask":22,"announce":27,"on":28,"dead":29,"concurrency":30,"price":31,"context":32,"output":32},
  ],
  blockForm: [
    {"if":0,"match":1,"for":2,"while":4,"try":7,"repeat":3,"parallel":5,"race":6,"within":8,"saga":9,"wait":10},
  ],
  arm: [
    {"|":1,",":0},
  ],
  pattern: [
    {},
    {},
    {"Name":2,"else":0,"true":3,"false":3,"nothing":1,"Money":3,"Duration":3,"Number":3,"BlockStart":3,"StringStart":3,"RawString":3,"-":3},
  ],
  statement: [
    {},
    {},
    {"Name":8,"let":0,"var":0,"return":1,"if":7,"match":7,"for":7,"while":7,"try":7,"true":8,"false":8,"nothing":8,"not":8,"fail":2,"log":3,"repeat":7,"parallel":7,"race":7,"within":7,"saga":7,"wait":7,"sleep":4,"publish":5,"continue":6,"Money":8,"Duration":8,"Number":8,"BlockStart":8,"StringStart":8,"RawString":8,"-":8,"!":8,"{":8,"(":8,"[":8},
  ],
  testStep: [
    {"given":0,"run":1,"send":2,"advance":3,"crash":4,"fault":5,"expect":6},
  ],
  outcome: [
    {"fails":1,"returns":0,"takes":2,"answers":3},
  ],
  predicate: [
    {"with":2,"after":4,"before":3,"called":0,"effect":1,"undone":5},
  ],
  declaration: [
    {"import":0,"type":1,"enum":2,"error":3,"event":4,"model":5,"secret":6,"setting":7,"policy":8,"tool":9,"agent":10,"human":11,"workflow":12,"test":13},
  ],
  toolSource: [
    {},
    {},
    {"Name":5,"publish":3,"invoke":0,"binding":1,"state":2,"mcp":4},
  ],
}
