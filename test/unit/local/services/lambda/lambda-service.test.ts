import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda'
import { expect } from 'chai'
import { systemClock } from '../../../../../local/clock.ts'
import { createEdge, type Edge } from '../../../../../local/http/create-edge.ts'
import { createIam } from '../../../../../local/services/iam/create-iam.ts'
import type { LambdaFunction } from '../../../../../local/services/lambda/lambda-function.ts'
import { createLambdaService, type LambdaService } from '../../../../../local/services/lambda/lambda-service.ts'
import { ACCOUNT_ID, createFixturePackage, FIXTURE_ROLE, REGION } from '../../../../support/lambda/fixture-package.ts'
import { createManualClock } from '../../../../support/manual-clock.ts'

const fixture = createFixturePackage()

const FUNCTIONS: LambdaFunction[] = [
  ...'answerAtOnce answerNothing fail hang exit reject circle large environment print visit recurse takeCallback'
    .split(' ')
    .map((name) => fixture.lambda(name)),
  fixture.lambda('echo', { memoryMegabytes: 256, timeoutSeconds: 7, description: 'Says it again' }),
  fixture.lambda('fillMemory', { memoryMegabytes: 16 }),
  fixture.lambda('failUntilTold'),
  fixture.lambda('failOnce', { handler: 'fixture.failUntilTold', retryAttempts: 0 }),
  fixture.lambda('takeCallback22', { handler: 'fixture.takeCallback', runtime: 'nodejs22.x' }),
  fixture.lambda('isolated', {
    handler: 'fixture.environment',
    environment: { BUCKET: 'checkpoints', AWS_REGION: 'no' },
  }),
  fixture.lambda('alone', { handler: 'fixture.visit', reservedConcurrency: 1, timeoutSeconds: 60 }),
  fixture.lambda('module', { handler: 'module.handler' }),
  fixture.lambda('typed', { handler: 'typed/module.nested.handler' }),
  ...['broken', 'unbundled', 'unready', 'stopped', 'absent'].map((name) =>
    fixture.lambda(name, { handler: `${name}.handler` }),
  ),
  fixture.lambda('unexported', { handler: 'fixture.nothing' }),
  fixture.lambda('malformed', { handler: 'fixture' }),
  fixture.lambda('unpackaged', { zipFile: join(fixture.directory, 'none.zip') }),
]

describe('the Lambda service', () => {
  const clock = createManualClock()
  const iam = createIam({
    accountId: ACCOUNT_ID,
    secret: 'test',
    roles: [
      {
        arn: FIXTURE_ROLE,
        name: 'fixture',
        policies: [{ Statement: { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*:function:recurse' } }],
      },
    ],
  })
  let service: LambdaService
  let edge: Edge
  let client: LambdaClient
  let endpoint: string
  const lines: string[] = []

  before(async () => {
    const lambda = { handle: (request: Parameters<LambdaService['handle']>[0]) => service.handle(request) }
    edge = createEdge({ iam, services: { lambda }, clock: systemClock, region: REGION, accountId: ACCOUNT_ID })
    endpoint = `http://127.0.0.1:${await edge.listen(0)}`
    service = createLambdaService({
      functions: FUNCTIONS,
      credentialsFor: (roleArn) => iam.credentialsFor(roleArn),
      endpoint,
      region: REGION,
      accountId: ACCOUNT_ID,
      clock,
      logDirectory: join(fixture.directory, 'logs'),
      codeDirectory: join(fixture.directory, 'code'),
      concurrency: 2,
      onLog: ({ line }) => void lines.push(line),
    })
    client = clientWith({ accessKeyId: 'test', secretAccessKey: 'test' })
  })

  after(async () => {
    client.destroy()
    await service.close()
    await edge.close()
    fixture.remove()
  })

  function clientWith(credentials: {
    accessKeyId: string
    secretAccessKey: string
    sessionToken?: string
  }): LambdaClient {
    return new LambdaClient({ endpoint, region: REGION, credentials, maxAttempts: 1 })
  }

  async function invoke(name: string, event?: unknown, input: Partial<InvokeCommandInput> = {}) {
    const Payload = event === undefined ? undefined : JSON.stringify(event)
    const output = await client.send(new InvokeCommand({ FunctionName: name, ...(Payload && { Payload }), ...input }))
    const text = Buffer.from(output.Payload ?? []).toString()
    return { ...output, result: text === '' ? undefined : JSON.parse(text) }
  }

  describe('a successful invocation', () => {
    it('answers what the handler resolves with, and says what it ran', async () => {
      const { StatusCode, ExecutedVersion, FunctionError, result } = await invoke('echo', { a: [1, 'ü'] })
      expect({ StatusCode, ExecutedVersion, FunctionError }).to.eql({
        StatusCode: 200,
        ExecutedVersion: '$LATEST',
        FunctionError: undefined,
      })
      expect(result.event).to.eql({ a: [1, 'ü'] })
    })

    it('gives the handler the context of the Node.js runtime', async () => {
      const { result } = await invoke('echo', {})
      expect(result.context).to.include({
        functionName: 'echo',
        functionVersion: '$LATEST',
        memoryLimitInMB: '256',
        logGroupName: '/aws/lambda/echo',
        invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:echo`,
      })
      expect(result.context.awsRequestId).to.match(/^[0-9a-f-]{36}$/)
      expect(result.remaining).to.be.within(6000, 7000)
    })

    it('reuses the warm worker, whose module keeps its state', async () => {
      const { result: first } = await invoke('echo', {})
      const { result: second } = await invoke('echo', {})
      expect(second.invocations).to.equal(first.invocations + 1)
    })

    it('takes a missing event as an empty object', async () => {
      expect((await invoke('echo')).result.event).to.eql({})
    })

    it('takes handlers that are not asynchronous and ones that answer nothing', async () => {
      expect((await invoke('answerAtOnce')).result).to.equal('at once')
      expect((await invoke('answerNothing')).result).to.equal(null)
    })

    it('loads ES modules, by extension and by package.json', async () => {
      expect((await invoke('module')).result).to.eql({ url: 'module.mjs' })
      expect((await invoke('typed')).result).to.equal('undefined')
    })

    it('takes a callback from runtimes that still have one, and refuses it for Node.js 24', async () => {
      expect((await invoke('takeCallback22', { a: 1 })).result).to.eql({ event: { a: 1 }, by: 'callback' })
      expect((await invoke('takeCallback')).result.errorType).to.equal('Runtime.CallbackHandlerDeprecated')
    })

    it('finds the function by its ARN, a partial ARN and with a qualifier', async () => {
      for (const name of [
        `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:answerAtOnce`,
        `${ACCOUNT_ID}:function:answerAtOnce`,
        `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:answerAtOnce:$LATEST`,
      ]) {
        expect((await invoke(name)).result).to.equal('at once')
      }
    })

    it('only checks a dry run', async () => {
      const { StatusCode, result } = await invoke('fail', {}, { InvocationType: 'DryRun' })
      expect({ StatusCode, result }).to.eql({ StatusCode: 204, result: undefined })
    })
  })

  describe('a failing invocation', () => {
    it('reports what was thrown, with a trace that leads to the source', async () => {
      const { StatusCode, FunctionError, result } = await invoke('fail', {})
      expect({ StatusCode, FunctionError }).to.eql({ StatusCode: 200, FunctionError: 'Unhandled' })
      expect(result.errorType).to.equal('CheckpointNotFound')
      expect(result.errorMessage).to.equal('there is no checkpoint 7')
      expect(result.trace[0]).to.equal('CheckpointNotFound: there is no checkpoint 7')
      expect(result.trace.join('\n')).to.match(/fixture-functions\.ts:\d+/)
    })

    it('reports thrown text by its type', async () => {
      expect((await invoke('fail', { type: 'text' })).result).to.eql({
        errorType: 'string',
        errorMessage: 'just text',
        trace: [],
      })
    })

    it('keeps the worker after an error of the handler', async () => {
      await invoke('fail', {})
      const { LogResult } = await invoke('fail', {}, { LogType: 'Tail' })
      expect(Buffer.from(LogResult!, 'base64').toString()).not.to.contain('Init Duration')
    })

    it('ends a function that runs out of time, even one that never yields', async () => {
      const hanging = lineLogged(/hanging/)
      const invocation = invoke('hang', {})
      await hanging
      await clock.advance(20_000)
      const { FunctionError, result } = await invocation
      expect(FunctionError).to.equal('Unhandled')
      expect(result.errorType).to.equal('Sandbox.Timedout')
      expect(result.errorMessage).to.match(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 20\.00 seconds$/)
    })

    it('reports a function that leaves the process, and starts afresh after it', async () => {
      expect((await invoke('exit', { code: 7 })).result).to.include({ errorType: 'Runtime.ExitError' })
      const { result } = await invoke('exit', { code: 0 })
      expect(result.errorMessage).to.match(/^RequestId: \S+ Error: Runtime exited without providing a reason$/)
    })

    it('reports a rejection that nobody waits for', async () => {
      const { result } = await invoke('reject', {})
      expect(result).to.include({
        errorType: 'Runtime.UnhandledPromiseRejection',
        errorMessage: 'TypeError: nobody waits for me',
      })
    })

    it('ends a function that outgrows its memory, and nothing else', async () => {
      expect((await invoke('fillMemory', {})).result.errorType).to.equal('Runtime.OutOfMemory')
    })

    it('reports a result that is not JSON, and one that is too large', async () => {
      expect((await invoke('circle', {})).result.errorType).to.equal('Runtime.MarshalError')
      const { FunctionError, result } = await invoke('large', { bytes: 6 * 2 ** 20 + 200 })
      expect(FunctionError).to.equal('Unhandled')
      expect(result.errorType).to.equal('Function.ResponseSizeTooLarge')
    })

    const UNLOADABLE: [name: string, errorType: string, errorMessage: RegExp][] = [
      ['broken', 'Runtime.UserCodeSyntaxError', /^SyntaxError: /],
      ['unbundled', 'Runtime.ImportModuleError', /^Error: Cannot find module 'mocha'/],
      ['absent', 'Runtime.ImportModuleError', /^Error: Cannot find module 'absent'/],
      ['unexported', 'Runtime.HandlerNotFound', /^fixture\.nothing is undefined or not exported$/],
      ['malformed', 'Runtime.MalformedHandlerName', /'fixture'/],
      ['unready', 'RangeError', /^BUCKET is not set$/],
      ['stopped', 'Runtime.ExitError', /exit status 3$/],
    ]
    for (const [name, errorType, errorMessage] of UNLOADABLE) {
      it(`answers ${errorType} when the module ${name} cannot be loaded, every time anew`, async () => {
        for (const attempt of ['first', 'second']) {
          const { result } = await invoke(name, { attempt })
          expect(result.errorType).to.equal(errorType)
          expect(result.errorMessage).to.match(errorMessage)
        }
      })
    }
  })

  describe('the environment of a function', () => {
    before(() => {
      process.env.DARKROOM_TEST_SECRET = 'of the host'
    })
    after(() => {
      delete process.env.DARKROOM_TEST_SECRET
    })

    it('is the variables of the template and of Lambda, nothing of the host', async () => {
      const { result } = await invoke('isolated', {})
      const { accessKeyId, secretAccessKey, sessionToken } = iam.credentialsFor(FIXTURE_ROLE)
      expect(result.env).to.include({
        BUCKET: 'checkpoints',
        AWS_REGION: REGION,
        AWS_DEFAULT_REGION: REGION,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        AWS_LAMBDA_FUNCTION_NAME: 'isolated',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/isolated',
      })
      const allowed = /^(AWS_|LAMBDA_TASK_ROOT$|HOME$|BUCKET$)/
      expect(Object.keys(result.env).filter((name) => !allowed.test(name))).to.eql([])
      expect(result.cwd).to.equal(result.env.LAMBDA_TASK_ROOT)
      expect(result.execArgv).to.eql(['--enable-source-maps'])
    })
  })

  describe('several invocations at once', () => {
    it('run side by side up to the cap, the others in order after them', async () => {
      await withDoor(async (door) => {
        const answers = [0, 1, 2, 3].map((turn) => invoke('visit', { url: `${door.url}/${turn}` }))
        await door.visitors(2)
        expect(door.waiting.length).to.equal(2)
        for (const _ of answers) (await door.next()).end('come in')
        expect((await Promise.all(answers)).map(({ result }) => result)).to.eql(answers.map(() => 'come in'))
        expect(door.most).to.equal(2)
      })
    })

    it('respect a reserved concurrency below the cap', async () => {
      await withDoor(async (door) => {
        const answers = [0, 1].map(() => invoke('alone', { url: door.url }))
        for (const _ of answers) (await door.next()).end('come in')
        await Promise.all(answers)
        expect(door.most).to.equal(1)
      })
    })

    it('pass the cap when they have waited for half a minute, so that nothing locks up', async () => {
      await withDoor(async (door) => {
        const first = invoke('alone', { url: door.url })
        const held = await door.next()
        const queued = clock.pending()
        const second = invoke('alone', { url: door.url })
        await until(() => clock.pending() > queued)
        await clock.advance(29_999)
        expect(door.waiting.length).to.equal(0)
        await clock.advance(1)
        ;(await door.next()).end('come in')
        held.end('come in')
        expect((await Promise.all([first, second])).map(({ result }) => result)).to.eql(['come in', 'come in'])
      })
    })

    it('never wait for each other when one function calls another', async () => {
      expect((await invoke('recurse', { depth: 4 })).result).to.equal('4 3 2 1 bottom')
    })
  })

  describe('an asynchronous invocation', () => {
    it('is accepted at once and settles with the answer', async () => {
      const { StatusCode, result } = await invoke('answerAtOnce', {}, { InvocationType: 'Event' })
      expect({ StatusCode, result }).to.eql({ StatusCode: 202, result: undefined })
      const invocation = await service.invoke('answerAtOnce', '{}', 'Event')
      expect(invocation).to.include({ statusCode: 202, payload: '' })
      expect(await invocation.settled).to.include({ statusCode: 200, payload: '"at once"' })
    })

    it('is tried again after one and after two minutes', async () => {
      await withDoor(async (door) => {
        const { settled } = await service.invoke('failUntilTold', JSON.stringify({ url: door.url }), 'Event')
        for (const minutes of [1, 2]) {
          const visitor = await door.next()
          const pending = clock.pending()
          visitor.end('fail')
          // The timeout's timer has gone; the worker's idle time and the wait for the retry have begun.
          await until(() => clock.pending() > pending)
          await clock.advance(minutes * 60_000 - 1)
          expect(door.waiting.length).to.equal(0)
          await clock.advance(1)
        }
        ;(await door.next()).end('succeed')
        expect(await settled).to.include({ payload: '"succeed"' })
      })
    })

    it('gives up after as many retries as the template allows', async () => {
      await withDoor(async (door) => {
        const { settled } = await service.invoke('failOnce', JSON.stringify({ url: door.url }), 'Event')
        ;(await door.next()).end('fail')
        expect(await settled).to.include({ functionError: 'Unhandled' })
      })
    })
  })

  describe('the log', () => {
    const withoutVariables = (log: string): string =>
      log
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
        .replaceAll(/\d{4}-\d\d-\d\dT[0-9:.]+Z/g, '<time>')
        .replaceAll(/(\d+)(\.\d+)? (ms|MB)/g, '<n> $3')

    it('has one line for every line printed, between START and REPORT as CloudWatch shows them', async () => {
      const { LogResult } = await invoke('print', {}, { LogType: 'Tail' })
      const log = withoutVariables(Buffer.from(LogResult!, 'base64').toString())
      expect(log.split('\n').filter((line) => !line.startsWith('    at '))).to.eql([
        'START RequestId: <id> Version: $LATEST',
        '<time>\t<id>\tINFO\ttwo',
        'lines',
        "<time>\t<id>\tWARN\tcareful { of: 'this' }",
        '<time>\t<id>\tERROR\tError: seen',
        'begun and ended',
        'unfinished',
        'END RequestId: <id>',
        'REPORT RequestId: <id>\tDuration: <n> ms\tBilled Duration: <n> ms\tMemory Size: <n> MB\tMax Memory Used: <n> MB\tInit Duration: <n> ms',
        '',
      ])
    })

    it('is appended to a file of the function', async () => {
      await invoke('answerAtOnce')
      const file = join(fixture.directory, 'logs', 'answerAtOnce.log')
      await until(() => /^REPORT /m.test(readIfThere(file)))
      expect(withoutVariables(readFileSync(file, 'utf8'))).to.match(/^START RequestId: <id> Version: \$LATEST\nEND/)
    })

    it('says why an accepted event could not be run at all', async () => {
      await invoke('unpackaged', {}, { InvocationType: 'Event' })
      const file = join(fixture.directory, 'logs', 'unpackaged.log')
      await until(() => /^RequestId: .*none\.zip/m.test(readIfThere(file)))
    })

    it('says why the sandbox ended', async () => {
      const { LogResult } = await invoke('exit', { code: 7 }, { LogType: 'Tail' })
      const log = Buffer.from(LogResult!, 'base64').toString()
      expect(log).to.match(/\nRequestId: \S+ Error: Runtime exited with error: exit status 7\nEND RequestId/)
    })
  })

  describe('the wire', () => {
    it('lists functions and shows one', async () => {
      const { Functions } = await client.send(new ListFunctionsCommand({}))
      expect(Functions).to.have.length(FUNCTIONS.length)
      const expected = { FunctionName: 'echo', Runtime: 'nodejs24.x', Timeout: 7, MemorySize: 256, Role: FIXTURE_ROLE }
      const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'echo' }))
      expect(Configuration).to.include({ ...expected, Description: 'Says it again' })
      expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName: 'echo' }))).to.include(expected)
    })

    const REFUSED: [what: string, input: InvokeCommandInput, name: string, status: number][] = [
      ['an unknown function', { FunctionName: 'nobody' }, 'ResourceNotFoundException', 404],
      ['an event that is not JSON', { FunctionName: 'echo', Payload: '{' }, 'InvalidRequestContentException', 400],
      [
        'an event over 6 MiB',
        { FunctionName: 'echo', Payload: JSON.stringify('x'.repeat(6 * 2 ** 20)) },
        'RequestTooLargeException',
        413,
      ],
      [
        'an asynchronous event over 1 MiB',
        { FunctionName: 'echo', Payload: JSON.stringify('x'.repeat(2 ** 20)), InvocationType: 'Event' },
        'RequestTooLargeException',
        413,
      ],
    ]
    for (const [what, input, name, status] of REFUSED) {
      it(`refuses ${what}`, async () => {
        const error = await failureOf(client.send(new InvokeCommand(input)))
        expect({ name: error.name, status: error.$metadata.httpStatusCode }).to.eql({ name, status })
      })
    }

    it('asks whether the caller may invoke the function', async () => {
      const role = clientWith(iam.credentialsFor(FIXTURE_ROLE))
      const error = await failureOf(role.send(new InvokeCommand({ FunctionName: 'echo' })))
      expect(error.name).to.equal('AccessDeniedException')
      expect(error.message).to.contain('lambda:InvokeFunction')
    })

    it('tells how to mend a missing package', async () => {
      const error = await failureOf(client.send(new InvokeCommand({ FunctionName: 'unpackaged' })))
      expect(error.message).to.contain('none.zip').and.to.contain('serverless package')
    })
  })

  it('has loaded a warmed function before its first event', async () => {
    await service.warm(['large'])
    expect((await invoke('large', { bytes: 1 })).result).to.equal('x')
  })

  it('lets go of a worker that was not used for five minutes', async () => {
    await invoke('echo', {})
    expect((await invoke('echo', {})).result.invocations).to.be.greaterThan(1)
    await clock.advance(5 * 60_000)
    expect((await invoke('echo', {})).result.invocations).to.equal(1)
  })

  function lineLogged(pattern: RegExp): Promise<void> {
    const from = lines.length
    return until(() => lines.slice(from).some((line) => pattern.test(line)))
  }
})

async function failureOf(work: Promise<unknown>): Promise<Error & { $metadata: { httpStatusCode?: number } }> {
  try {
    await work
  } catch (error) {
    return error as Error & { $metadata: { httpStatusCode?: number } }
  }
  throw new Error('should have failed')
}

/** Waits for something that another thread or the disk does. */
async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await setTimeout(2)
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** A server at which functions wait until the test opens. */
interface Door {
  url: string
  waiting: ServerResponse[]
  /** The most that ever waited at once. */
  most: number
  visitors(count: number): Promise<void>
  next(): Promise<ServerResponse>
}

async function withDoor(work: (door: Door) => Promise<void>): Promise<void> {
  const server: Server = createServer((_incoming, outgoing) => {
    door.waiting.push(outgoing)
    door.most = Math.max(door.most, door.waiting.length)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const door: Door = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waiting: [],
    most: 0,
    visitors: (count) => until(() => door.waiting.length >= count),
    next: async () => {
      await door.visitors(1)
      return door.waiting.shift()!
    },
  }
  try {
    await work(door)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
