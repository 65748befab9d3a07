/** One resource of the deployed stack, with every function of the template resolved. */
export interface Resource {
  logicalId: string
  /** `AWS::S3::Bucket`, `Custom::Seed`. */
  type: string
  properties: Readonly<Record<string, unknown>>
  /** What `Ref` gives. */
  physicalId: string
  /** What `Fn::GetAtt` gives, by attribute name. */
  attributes: Readonly<Record<string, string>>
}

/** The deployed stack: what CloudFormation would have made of the packaged template. */
export interface Stack {
  name: string
  /** `arn:aws:cloudformation:…:stack/<name>/<uuid>`, stable between runs. */
  id: string
  /** In the order CloudFormation makes them: whatever a resource refers to or depends on comes before it. */
  resources: ReadonlyMap<string, Resource>
  outputs: Readonly<Record<string, string>>
  /** Parameters after defaults; lists as comma separated text. */
  parameters: Readonly<Record<string, string>>
  byType(type: string): Resource[]
}

/** A part of the template cannot be understood or would not deploy; `path` leads to it from the template's root. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly path: string

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`)
    this.path = path
  }
}
