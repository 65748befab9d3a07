import { Compile, Helper, parse } from 'velocityjs'
import { JAVA_METHODS } from './java-methods.ts'

type Ast = ReturnType<typeof parse>[number]
type Reference = Parameters<typeof Helper.getRefText>[0] & { leader?: string }

interface MathAst {
  type: string
  operator: string
  expression: Ast[]
}

/** velocityjs where it differs from the Java engine: nulls, how lists and maps print, and division of integers. */
class JavaLikeTemplate extends Compile {
  protected override getReferences(ast: Ast, isVal?: boolean): string {
    const value: unknown = super.getReferences(ast, false)
    if (!isVal) return value as string
    if (value === null || value === undefined) return printNothing(ast as Reference)
    return printJava(value)
  }

  protected override getExpression(ast: Ast): string {
    const math = ast as unknown as MathAst
    if (math.type !== 'math' || math.operator !== '/') return super.getExpression(ast)
    const [left, right] = math.expression.map((side): unknown => this.getExpression(side))
    const quotient = Number(left) / Number(right)
    const whole = Number.isInteger(left) && Number.isInteger(right)
    return (whole ? Math.trunc(quotient) : quotient) as unknown as string
  }
}

/** A reference without a value prints as it is written, but API Gateway's own variables print as nothing. */
function printNothing(ast: Reference): string {
  return ast.leader === '$!' || ALWAYS_DEFINED.has(ast.id) ? '' : Helper.getRefText(ast)
}

const ALWAYS_DEFINED = new Set(['context', 'stageVariables'])

const parsed = new Map<string, Ast[]>()

/** Renders a VTL template. Throws what the template's own calls throw. */
export function renderTemplate(template: string, variables: Record<string, unknown>): string {
  let ast = parsed.get(template)
  if (!ast) {
    ast = parse(template)
    parsed.set(template, ast)
  }
  return new JavaLikeTemplate(ast, { escape: false, customMethodHandlers: JAVA_METHODS }).render(variables)
}

/** A list from JSON prints as JSON, a map as `{a=1, b=[…]}`. */
function printJava(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const fields = Object.entries(value).filter(([, field]) => typeof field !== 'function')
  return `{${fields.map(([key, field]) => `${key}=${printJava(field)}`).join(', ')}}`
}
