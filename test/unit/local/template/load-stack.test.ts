import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { loadStack } from '../../../../local/template/load-stack.ts'

describe('a packaged service', () => {
  let directory: string
  const load = () => loadStack({ directory, accountId: '000000000000', region: 'us-east-1' })
  const write = (file: string, content: unknown) => writeFileSync(join(directory, file), JSON.stringify(content))

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'darkroom-package-'))
    write('cloudformation-template-update-stack.json', {
      Parameters: { LogLevel: { Type: 'String', Default: 'INFO' } },
      Resources: { Topic: { Type: 'AWS::SNS::Topic' } },
    })
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it('is named after service and stage, and takes the parameters it would be deployed with', () => {
    const stackParameters = [{ ParameterKey: 'LogLevel', ParameterValue: 'DEBUG' }]
    write('serverless-state.json', { service: { service: 'darkroom', provider: { stage: 'dev', stackParameters } } })
    const stack = load()
    expect(stack.name).to.equal('darkroom-dev')
    expect(stack.id).to.match(/^arn:aws:cloudformation:us-east-1:000000000000:stack\/darkroom-dev\/[0-9a-f-]{36}$/)
    expect(stack.parameters).to.eql({ LogLevel: 'DEBUG' })
  })

  it('may have a stack name of its own', () => {
    write('serverless-state.json', { service: { service: 'darkroom', provider: { stage: 'dev', stackName: 'own' } } })
    expect(load().name).to.equal('own')
  })

  it('must have been packaged', () => {
    expect(load).to.throw(/serverless-state\.json: ENOENT.*npx serverless package/)
  })
})
