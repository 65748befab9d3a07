import type { DeletionRecord, EndpointRecord } from '../../shared/endpoints/endpoint-record.ts'
import { adviceFor } from './advice.ts'
import type { ExecutionEnding } from './execution-ending.ts'
import type { JobLinks } from './job-links.ts'
import type { Mail } from './lifecycle.ts'
import { factLines, linkLines, OUTCOME_WORDS, signature, tookWords } from './mail-parts.ts'

/** What a mail tells beside the record. */
export interface EndpointFacts {
  ending: ExecutionEnding
  links: JobLinks
}

/** The mail about a deployment that has ended. */
export function deploymentMail(record: EndpointRecord, facts: EndpointFacts & { cleanedUp: boolean }): Mail {
  const { outcome } = facts.ending
  if (outcome !== 'Succeeded') {
    const subject = `Endpoint "${record.name}" could not be deployed`
    return { subject, body: text(failedDeployment(record, facts)) }
  }
  return { subject: `Endpoint "${record.name}" is in service`, body: text(deployed(record, facts)) }
}

/** The mail about a deletion that has ended. */
export function deletionMail(record: DeletionRecord, facts: EndpointFacts): Mail {
  const isDone = facts.ending.outcome === 'Succeeded'
  const subject = isDone ? `Endpoint "${record.name}" deleted` : `Endpoint "${record.name}" could not be deleted`
  return { subject, body: text(isDone ? deleted(record, facts) : failedDeletion(record, facts)) }
}

function deployed(record: EndpointRecord, { ending, links }: EndpointFacts): string[] {
  return [
    `Your endpoint "${record.name}" is in service.`,
    '',
    ...factLines([...asked(record), ['Scales', scalingWords(record)], ['Took', tookWords(ending)]]),
    '',
    `It takes inferences now: POST /inferences with "sagemaker_endpoint_name": "${record.name}", or none for any that is free.`,
    costWords(record),
    ...linkLines(links),
    ...signature(record.createdBy),
  ]
}

function failedDeployment(record: EndpointRecord, facts: EndpointFacts & { cleanedUp: boolean }): string[] {
  const { ending, links, cleanedUp } = facts
  const { reason, next } = whyNot(record.reason ?? ending.reason, 'the deployment')
  return [
    `Your endpoint "${record.name}" could not be deployed: it ${OUTCOME_WORDS[ending.outcome]}.`,
    '',
    ...factLines([...reason, ...asked(record), ['Ran', tookWords(ending)]]),
    '',
    `What to do: ${next}`,
    cleanedUp
      ? 'What it had half made is deleted, so that it costs nothing; its name and roles are free again.'
      : 'What it had half made is still being deleted.',
    ...linkLines(links),
    ...signature(record.createdBy),
  ]
}

function deleted(record: DeletionRecord, { ending, links }: EndpointFacts): string[] {
  return [
    `The endpoint "${record.name}" is deleted. It costs nothing any more.`,
    '',
    ...factLines([
      ['Why', record.why],
      ['Took', tookWords(ending)],
    ]),
    '',
    'Its name and its roles are free for another one: POST /endpoints.',
    ...linkLines(links),
    ...signature(record.requestedBy),
  ]
}

function failedDeletion(record: DeletionRecord, { ending, links }: EndpointFacts): string[] {
  const { reason, next } = whyNot(record.reason ?? ending.reason, 'the deletion')
  return [
    `The endpoint "${record.name}" could not be deleted: the deletion ${OUTCOME_WORDS[ending.outcome]}.`,
    '',
    ...factLines([...reason, ['Why', record.why], ['Ran', tookWords(ending)]]),
    '',
    ending.outcome === 'Failed' ? `What to do: ${next}` : 'What to do: nothing yet, it is being deleted once more.',
    'Until it is gone, look at the costs of its instances.',
    ...linkLines(links),
    ...signature(record.requestedBy),
  ]
}

function whyNot(given: ExecutionEnding['reason'], it: string): { reason: [string, string][]; next: string } {
  const { error, cause } = given ?? { error: 'Unknown', cause: '' }
  const { what, next } = adviceFor(error, it)
  return {
    reason: [
      ['What happened', `${what}.`],
      ['In detail', `${error}: ${cause}`],
    ],
    next,
  }
}

function asked(record: EndpointRecord): [string, string][] {
  return [
    ['Kind', `${record.endpointType}, ${record.backend}`],
    ['Instances', `${record.instanceCount} × ${record.instanceType}`],
    ['For', (record.roles ?? []).join(', ')],
  ]
}

function scalingWords({ autoscaling, minInstances, maxInstances }: EndpointRecord): string | undefined {
  return autoscaling ? `from ${minInstances} to ${maxInstances} instances, by the work there is` : undefined
}

function costWords({ autoscaling, minInstances, idleHours }: EndpointRecord): string {
  if (idleHours !== undefined) return `Unused for ${idleHours} hours it is deleted, and you are told.`
  if (autoscaling && minInstances === 0) return 'Without work it has no instances and costs nothing.'
  return 'It costs money until you delete it: DELETE /endpoints.'
}

function text(lines: string[]): string {
  return `${lines.join('\n')}\n`
}
