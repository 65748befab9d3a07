import { createJsonService, type JsonObject } from '../../http/json-service.ts'
import type { AwsService, ServiceRequest } from '../../http/service.ts'
import { ServiceError } from '../../http/service-error.ts'
import { eventPage } from './event-page.ts'
import { matchesFilterPattern } from './filter-pattern.ts'
import { createLogStore, type LogLine, type StoredLine } from './log-store.ts'
import { describeStreams, streamPage } from './log-streams.ts'

/** CloudWatch Logs over what the functions wrote since the stack was started. */
export interface Logs extends AwsService {
  append(line: LogLine): void
}

const MOST_EVENTS = 10_000

/** Log groups, streams and events for reading: `aws logs tail /aws/lambda/<function> --follow` works. */
export function createLogs({ region, accountId }: { region: string; accountId: string }): Logs {
  const store = createLogStore()
  const groupArn = (name: string): string => `arn:aws:logs:${region}:${accountId}:log-group:${name}`

  const linesOf = (input: JsonObject, action: string, request: ServiceRequest): StoredLine[] => {
    const group = String(input.logGroupName ?? input.logGroupIdentifier ?? '').replace(/^arn:.*:log-group:/, '')
    const part = input.logStreamName === undefined ? '*' : `log-stream:${input.logStreamName}`
    request.authorize(`logs:${action}`, `${groupArn(group)}:${part}`)
    const lines = store.lines(group)
    if (lines === undefined) throw notFound('group')
    return lines.filter(
      ({ timestamp }) =>
        timestamp >= numberOf(input.startTime, 0) && timestamp <= numberOf(input.endTime, Number.MAX_SAFE_INTEGER),
    )
  }
  const service = createJsonService({
    version: '1.1',
    operations: {
      DescribeLogGroups({ logGroupNamePrefix }, request) {
        request.authorize('logs:DescribeLogGroups', groupArn('*'))
        const names = store.groups().filter((name) => name.startsWith(String(logGroupNamePrefix ?? '')))
        return {
          logGroups: names.map((name) => ({
            logGroupName: name,
            logGroupArn: groupArn(name),
            arn: `${groupArn(name)}:*`,
          })),
        }
      },
      DescribeLogStreams(input, request) {
        return streamPage(describeStreams(linesOf(input, 'DescribeLogStreams', request)), input)
      },
      FilterLogEvents(input, request) {
        const streams = Array.isArray(input.logStreamNames) ? input.logStreamNames : undefined
        const found = linesOf(input, 'FilterLogEvents', request).filter(
          ({ logStream, line }) =>
            (streams?.includes(logStream) ?? true) &&
            logStream.startsWith(String(input.logStreamNamePrefix ?? '')) &&
            matchesFilterPattern(String(input.filterPattern ?? ''), line),
        )
        const { page, nextToken } = pageOf(found, input)
        const events = page.map((line) => ({
          ...describeEvent(line),
          logStreamName: line.logStream,
          eventId: String(line.sequence),
        }))
        return { events, searchedLogStreams: [], ...(nextToken !== undefined && { nextToken }) }
      },
      GetLogEvents(input, request) {
        const found = linesOf(input, 'GetLogEvents', request).filter(
          ({ logStream }) => logStream === input.logStreamName,
        )
        if (found.length === 0 && !hasTimes(input)) throw notFound('stream')
        const { page, ...tokens } = eventPage(found, {
          limit: numberOf(input.limit, MOST_EVENTS),
          startFromHead: input.startFromHead === true,
          nextToken: textOf(input.nextToken),
        })
        return { events: page.map(describeEvent), ...tokens }
      },
    },
  })
  return { ...service, append: (line) => store.append(line) }
}

/** The lines after the token, as many as asked for; a token is the number of the last line seen. */
function pageOf(lines: StoredLine[], { limit, nextToken }: JsonObject): { page: StoredLine[]; nextToken?: string } {
  const rest = lines.filter(({ sequence }) => sequence > Number(nextToken ?? 0))
  const page = rest.slice(0, numberOf(limit, MOST_EVENTS))
  return page.length < rest.length ? { page, nextToken: String(page.at(-1)!.sequence) } : { page }
}

function describeEvent({ timestamp, line }: StoredLine): object {
  return { timestamp, message: line, ingestionTime: timestamp }
}

function hasTimes({ startTime, endTime }: JsonObject): boolean {
  return startTime !== undefined || endTime !== undefined
}

function notFound(what: 'group' | 'stream'): ServiceError {
  return new ServiceError('ResourceNotFoundException', `The specified log ${what} does not exist.`)
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
