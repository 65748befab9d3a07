import { expect } from 'chai'
import { containerEnvironment } from '../../../../../../local/services/sagemaker/hosting/container-environment.ts'
import { dockerCommand, wantsDocker } from '../../../../../../local/services/sagemaker/hosting/docker-command.ts'
import { findProgram, matchesImage } from '../../../../../../local/services/sagemaker/hosting/program-table.ts'

describe('programs of container images', () => {
  it('match by repository, whatever the tag, and by tag when the pattern has one', () => {
    const rows: [string, string, boolean][] = [
      ['**/pocket', 'darkroom/pocket', true],
      ['**/pocket', 'pocket:latest', true],
      ['**/pocket', '000000000000.dkr.ecr.us-east-1.amazonaws.com/darkroom/pocket:v1', true],
      ['**/pocket', 'localhost:5000/pocket', true],
      ['**/pocket', `a/pocket@sha256:${'0'.repeat(64)}`, true],
      ['**/pocket', 'darkroom/pocketknife', false],
      ['**/pocket', 'darkroom/vest-pocket', false],
      ['darkroom/*', 'darkroom/diffusers:2', true],
      ['darkroom/*', 'darkroom/deep/diffusers', false],
      ['**/diffusers:gpu', 'darkroom/diffusers:gpu', true],
      ['**/diffusers:gpu', 'darkroom/diffusers:cpu', false],
      ['a.b/c', 'aXb/c', false],
    ]
    for (const [pattern, image, expected] of rows)
      expect(matchesImage(pattern, image), `${pattern} ${image}`).to.equal(expected)
  })

  it('has the pocket model built in, and lets the operator replace it', () => {
    expect(findProgram('darkroom/pocket')).to.deep.equal([
      process.execPath,
      '--import',
      'tsx',
      'containers/pocket/serve.ts',
    ])
    expect(findProgram('darkroom/pocket', [{ image: '**/pocket', command: ['mine'] }])).to.deep.equal(['mine'])
    expect(findProgram('darkroom/unknown')).to.equal(undefined)
  })

  it('are found by image for training too, and an operator’s row for serving leaves that alone', () => {
    const builtIn = [process.execPath, '--import', 'tsx', 'containers/pocket/train-job.ts']
    expect(findProgram('darkroom/pocket', [{ image: '**/pocket', command: ['mine'] }], 'train')).to.deep.equal(builtIn)
    const rows = [{ image: '**/other', train: ['theirs'] }]
    expect(findProgram('a/other:1', rows, 'train')).to.deep.equal(['theirs'])
    expect(findProgram('a/other:1', rows)).to.equal(undefined)
  })

  it('run in Docker when the operator says so, values of variables kept out of the command line', () => {
    expect([
      wantsDocker('a/b', {}),
      wantsDocker('a/b', { docker: true }),
      wantsDocker('a/b', { docker: ['**/c'] }),
    ]).to.deep.equal([false, true, false])
    const words = dockerCommand({
      image: 'a/b:1',
      name: 'darkroom-x',
      variables: ['AWS_SECRET_ACCESS_KEY'],
      volume: '/data/model:/opt/ml/model:ro',
      purpose: 'serve',
      extra: ['--gpus', 'all'],
    })
    expect(words).to.deep.equal([
      ...['docker', 'run', '--rm', '--init', '--name', 'darkroom-x', '--network', 'host'],
      ...[
        '--volume',
        '/data/model:/opt/ml/model:ro',
        '--env',
        'AWS_SECRET_ACCESS_KEY',
        '--gpus',
        'all',
        'a/b:1',
        'serve',
      ],
    ])
  })

  it('get the model’s variables and nothing of the host’s but the path', () => {
    const environment = containerEnvironment(
      { image: 'a', environment: { COLOUR: 'red', AWS_REGION: 'elsewhere' }, roleArn: 'role' },
      {
        port: 8081,
        directory: '/data/i',
        modelDirectory: '/data/i/model',
        region: 'us-east-1',
        endpoint: 'http://127.0.0.1:4566',
        credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
        path: '/bin',
      },
    )
    expect(environment).to.deep.equal({
      COLOUR: 'red',
      SAGEMAKER_BIND_TO_PORT: '8081',
      SAGEMAKER_SAFE_PORT_RANGE: '8081-8081',
      DARKROOM_BIND_HOST: '127.0.0.1',
      DARKROOM_MODEL_DIR: '/data/i/model',
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
      PATH: '/bin',
      HOME: '/data/i',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    })
  })
})
