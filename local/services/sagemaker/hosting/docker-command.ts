import type { OperatorSettings } from '../operator-settings.ts'
import { matchesImage } from './program-table.ts'

export interface DockerRun {
  image: string
  /** Name of the container, for `docker ps`. */
  name: string
  /** Names of variables; their values come from the environment of the command, where other users cannot see them. */
  variables: string[]
  modelDirectory: string
  /** The operator's own words. */
  extra?: string[]
}

/** `docker run` as SageMaker would run the image, on the host's own network because the stack listens on 127.0.0.1 only. */
export function dockerCommand({ image, name, variables, modelDirectory, extra = [] }: DockerRun): string[] {
  return [
    ...['docker', 'run', '--rm', '--init', '--name', name, '--network', 'host'],
    ...['--volume', `${modelDirectory}:/opt/ml/model:ro`],
    ...variables.flatMap((variable) => ['--env', variable]),
    ...extra,
    image,
    'serve',
  ]
}

/** Whether the operator wants the image to run in Docker. */
export function wantsDocker(image: string, { docker = false }: OperatorSettings): boolean {
  return typeof docker === 'boolean' ? docker : docker.some((pattern) => matchesImage(pattern, image))
}
