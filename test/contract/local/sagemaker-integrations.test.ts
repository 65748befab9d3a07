import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import { expect } from 'chai'
import { systemClock } from '../../../local/clock.ts'
import { createStatesService, type StatesService } from '../../../local/services/states/states-service.ts'
import { accountId, region } from '../../support/edge-fixture.ts'
import {
  EXECUTION_ROLE,
  eventually,
  type HostingFixture,
  IMAGE,
  startHosting,
  untilStatus,
} from '../../support/hosting-fixture.ts'

const machineRole = `arn:aws:iam::${accountId}:role/machine`
const arn = (type: string, name: string): string => `arn:aws:sagemaker:${region}:${accountId}:${type}/${name}`

describe('Integrations of Step Functions with SageMaker and its scaling', () => {
  let fixture: HostingFixture
  let states: StatesService
  let count = 0

  before(async () => {
    fixture = await startHosting()
    states = await createStatesService({
      region,
      accountId,
      clock: systemClock,
      dataDirectory: fixture.directory,
      endpoint: fixture.edge.endpoint,
      credentialsFor: fixture.edge.iam.credentialsFor,
      authorizeAs: fixture.edge.iam.authorizeAs,
      publishEvent: async () => undefined,
      invokeFunction: () => Promise.reject(new Error('There are no functions in this test')),
    })
    fixture.services.states = states
  })
  after(async () => {
    await states.close()
    await fixture.close()
  })

  /** Runs a machine of one task; answers its output, or error and cause. */
  async function run(resource: string, parameters: object) {
    count += 1
    const task = { Type: 'Task', Resource: `arn:aws:states:::${resource}`, Arguments: parameters, End: true }
    const definition = { QueryLanguage: 'JSONata', StartAt: 'Task', States: { Task: task } }
    const machines = fixture.client(SFNClient)
    const { stateMachineArn } = await machines.send(
      new CreateStateMachineCommand({
        name: `m${count}`,
        definition: JSON.stringify(definition),
        roleArn: machineRole,
      }),
    )
    const { executionArn } = await machines.send(new StartExecutionCommand({ stateMachineArn }))
    const ended = await eventually(async () => {
      const execution = await machines.send(new DescribeExecutionCommand({ executionArn }))
      return execution.status === 'RUNNING' ? undefined : execution
    })
    return { output: JSON.parse(ended.output ?? 'null'), error: ended.error, cause: ended.cause }
  }

  it('deploys by the optimized integration, whose answers carry the HTTP answer', async () => {
    const model = await run('sagemaker:createModel', {
      ModelName: 'made',
      ExecutionRoleArn: EXECUTION_ROLE,
      PrimaryContainer: { Image: IMAGE, Environment: { COLOUR: 'red' } },
    })
    expect(model.output).to.include({ ModelArn: arn('model', 'made') })
    expect(model.output.SdkHttpMetadata).to.include({ HttpStatusCode: 200 })
    const variant = { VariantName: 'prod', ModelName: 'made', InstanceType: 'ml.g5.xlarge', InitialInstanceCount: 1 }
    const config = { EndpointConfigName: 'made', ProductionVariants: [variant] }
    expect((await run('sagemaker:createEndpointConfig', config)).output.EndpointConfigArn).to.be.a('string')
    const endpoint = { EndpointName: 'made', EndpointConfigName: 'made' }
    expect((await run('sagemaker:createEndpoint', endpoint)).output.EndpointArn).to.equal(arn('endpoint', 'made'))
    await untilStatus(fixture, 'made', 'InService')
    const again = await run('sagemaker:createEndpoint', endpoint)
    expect(again.error).to.equal('SageMaker.AmazonSageMakerException')
    expect(again.cause).to.match(
      /^Cannot create already existing endpoint "[^"]+"\. \(Service: AmazonSageMaker; Status Code: 400; Error Code: ValidationException; Request ID: [^;]+; Proxy: null\)$/,
    )
  })

  it('reaches SageMaker, its runtime, Application Auto Scaling and CloudWatch by the SDK integration', async () => {
    const described = await run('aws-sdk:sagemaker:describeEndpoint', { EndpointName: 'made' })
    expect(described.output).to.include({ EndpointStatus: 'InService' })
    expect(described.output.CreationTime).to.match(/^\d{4}-\d\d-\d\dT.*Z$/)
    const missing = await run('aws-sdk:sagemaker:describeEndpoint', { EndpointName: 'nowhere' })
    expect(missing.error).to.equal('SageMaker.SageMakerException')
    expect(missing.cause).to.match(/^Could not find endpoint "/)
    const invoked = await run('aws-sdk:sagemakerruntime:invokeEndpoint', { EndpointName: 'made', Body: { say: 'hi' } })
    expect(JSON.parse(invoked.output.Body)).to.include({ say: 'hi' })
    const target = {
      ServiceNamespace: 'sagemaker',
      ResourceId: 'endpoint/made/variant/prod',
      ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
    }
    const register = { ...target, MinCapacity: 1, MaxCapacity: 1 }
    expect((await run('aws-sdk:applicationautoscaling:registerScalableTarget', register)).error).to.equal(undefined)
    expect((await run('aws-sdk:applicationautoscaling:deregisterScalableTarget', target)).output).to.deep.equal({})
    const gone = await run('aws-sdk:applicationautoscaling:deregisterScalableTarget', target)
    expect(gone.error).to.equal('ApplicationAutoScaling.ObjectNotFoundException')
    expect((await run('aws-sdk:cloudwatch:deleteAlarms', { AlarmNames: ['none'] })).output).to.deep.equal({})
    expect((await run('aws-sdk:cloudwatch:describeAlarms', {})).output.MetricAlarms).to.deep.equal([])
  })
})
