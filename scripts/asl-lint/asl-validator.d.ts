declare module 'asl-validator' {
  interface Verdict {
    isValid: boolean
    errorsText(separator?: string): string
  }
  function validate(definition: unknown): Verdict
  export = validate
}
