import type { OperatorSettings } from '../operator-settings.ts'
import { matchesImage } from './program-table.ts'

export interface DockerRun {
  image: string
  /** Name of the container, for `docker ps`. */
  name: string
  /** Names of variables; their values come from the environment of the command, where other users cannot see them. */
  variables: string[]
  /** As `docker run --volume` takes it. */
  volume: string
  /** What the container shall do. */
  purpose: 'serve' | 'train'
  /** The operator's own words. */
  extra?: string[]
}

/** `docker run` as SageMaker would run the image, on the host's own network because the stack listens on 127.0.0.1 only. */
export function dockerCommand({ image, name, variables, volume, purpose, extra = [] }: DockerRun): string[] {
  return [
    ...['docker', 'run', '--rm', '--init', '--name', name, '--network', 'host'],
    ...['--volume', volume],
    ...variables.flatMap((variable) => ['--env', variable]),
    ...extra,
    image,
    purpose,
  ]
}

/** Whether the operator wants the image to run in Docker. */
export function wantsDocker(image: string, { docker = false }: OperatorSettings): boolean {
  return typeof docker === 'boolean' ? docker : docker.some((pattern) => matchesImage(pattern, image))
}

/** Of the host's own environment: what the docker client finds its daemon and its logins by. */
export function dockerEnvironment({ HOME, DOCKER_HOST }: NodeJS.ProcessEnv): Record<string, string> {
  return { ...(HOME !== undefined && { HOME }), ...(DOCKER_HOST !== undefined && { DOCKER_HOST }) }
}
