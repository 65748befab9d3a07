import { compileRule } from '../../choice/choice-rule.ts'
import type { JsonObject } from '../../contract.ts'
import type { ChoiceRule, ChoiceState } from '../../machine.ts'
import { compileTemplate, compileTypedJsonata } from '../../query/template.ts'
import { compileBase, type StateSource } from '../fields.ts'

export function compileChoice(source: StateSource): ChoiceState {
  const choices = source.fields.Choices as readonly JsonObject[]
  return {
    ...compileBase(source),
    type: 'Choice',
    choices: choices.map((rule, index) => compileChoiceRule(source, rule, index)),
    default: source.fields.Default as string | undefined,
  }
}

function compileChoiceRule({ language }: StateSource, rule: JsonObject, index: number): ChoiceRule {
  const field = `Choices[${index}]`
  return {
    next: rule.Next as string,
    rule: language === 'JSONPath' ? compileRule(rule) : undefined,
    condition:
      language === 'JSONata'
        ? compileTypedJsonata(rule.Condition!, {
            field: `${field}/Condition`,
            expected: 'boolean',
            accepts: (value) => typeof value === 'boolean',
          })
        : undefined,
    assign:
      rule.Assign === undefined ? undefined : compileTemplate(rule.Assign, { language, field: `${field}/Assign` }),
    output:
      rule.Output === undefined ? undefined : compileTemplate(rule.Output, { language, field: `${field}/Output` }),
  }
}
