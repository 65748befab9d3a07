import { TrainingFailure } from './training-failure.ts'

type Fields = Readonly<Record<string, unknown>>

/** Readers of the plan's fields; what is not as agreed ends the training with a sentence that names the field. */
export interface FieldReader {
  text(name: string): string
  textOr(name: string, otherwise: string): string
  flag(name: string, otherwise: boolean): boolean
  whole(name: string, range: { min: number; max: number }, otherwise?: number): number
  number(name: string, range: { min: number; max: number }, otherwise?: number): number
  choice<Choice extends string>(name: string, choices: readonly Choice[], otherwise?: Choice): Choice
  /** Another object inside, or nothing when it is null or missing. */
  object(name: string): FieldReader | undefined
  /** Every text of an object of texts. */
  texts(name: string): ReadonlyMap<string, string>
}

/** Reads an object that `where` names: "training.json", "training.json: lora". */
export function readFields(where: string, value: unknown): FieldReader {
  if (!isFields(value)) throw new TrainingFailure(`${where} is not a JSON object.`)
  const fields = value
  const refuse = (name: string, wanted: string): never => {
    const given = JSON.stringify(fields[name])?.slice(0, 60) ?? 'missing'
    throw new TrainingFailure(`${where}: ${name} is ${given}; it must be ${wanted}.`)
  }
  const number: FieldReader['number'] = (name, { min, max }, otherwise) => {
    const found = fields[name] ?? otherwise
    if (typeof found === 'number' && found >= min && found <= max) return found
    return refuse(name, `a number from ${min} to ${max}`)
  }
  return {
    number,
    whole: (name, range, otherwise) => {
      const found = number(name, range, otherwise)
      return Number.isInteger(found) ? found : refuse(name, 'a whole number')
    },
    text: (name) => textOf(fields[name]) ?? refuse(name, 'a text'),
    textOr: (name, otherwise) => textOf(fields[name] ?? otherwise) ?? refuse(name, 'a text'),
    flag: (name, otherwise) => {
      const found = fields[name] ?? otherwise
      return typeof found === 'boolean' ? found : refuse(name, 'true or false')
    },
    choice: (name, choices, otherwise) =>
      choices.find((choice) => choice === (fields[name] ?? otherwise)) ?? refuse(name, `one of ${choices.join(', ')}`),
    object: (name) => (fields[name] == null ? undefined : readFields(`${where}: ${name}`, fields[name])),
    texts: (name) =>
      new Map(
        Object.entries(isFields(fields[name]) ? fields[name] : {}).map(([key, text]) => [
          key,
          textOf(text) ?? JSON.stringify(text),
        ]),
      ),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
