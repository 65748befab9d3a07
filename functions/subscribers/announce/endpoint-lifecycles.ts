import { deleteOnceMore, unmakeEndpoint } from '../../shared/endpoints/unmake-endpoint.ts'
import { concludeDeletion, type EndedDeletion } from './conclude-deletion.ts'
import { concludeEndpoint, type EndedDeployment } from './conclude-endpoint.ts'
import { deletionMail, deploymentMail } from './endpoint-mail.ts'
import { jobLinks } from './job-links.ts'
import type { Lifecycle, Story } from './lifecycle.ts'
import { OUTCOME_WORDS } from './mail-parts.ts'

/** What the announcements of endpoints work on. */
export interface EndpointAnnouncing {
  endpointsTable: string
  deleteMachineArn: string
  apiUrl: string
  consoleUrlBase?: string | undefined
}

/** How the end of a deployment is announced. */
export function createDeploymentLifecycle(context: EndpointAnnouncing): Lifecycle<EndedDeployment> {
  return {
    table: context.endpointsTable,
    conclude: (ending) => concludeEndpoint(context.endpointsTable, ending),
    cleanUp: ({ record }) => unmakeEndpoint(context, { endpointId: record.id, requestedBy: record.createdBy }),
    tell: async (ended, cleanedUp) => tellDeployment(context, ended, cleanedUp),
  }
}

/** How the end of a deletion is announced. One that was stopped is done to its end by another execution. */
export function createDeletionLifecycle(context: EndpointAnnouncing): Lifecycle<EndedDeletion> {
  return {
    table: context.endpointsTable,
    conclude: (ending) => concludeDeletion(context.endpointsTable, ending),
    cleanUp: async ({ record, ending }) => {
      if (ending.outcome !== 'Failed') await deleteOnceMore(context, record.id)
    },
    tell: async (ended) => tellDeletion(context, ended),
  }
}

function tellDeployment(context: EndpointAnnouncing, { record, ending }: EndedDeployment, cleanedUp: boolean): Story {
  const links = jobLinks(context, '/endpoints', ending.executionArn)
  const { outcome, startedAt, endedAt } = ending
  const story: Story = {
    detailType: `Endpoint deployment ${OUTCOME_WORDS[outcome].replace('was ', '')}`,
    event: {
      lifecycle: 'deploy-endpoint',
      id: record.id,
      name: record.name,
      from: 'Creating',
      to: outcome,
      reason: outcome === 'Succeeded' ? null : (record.reason ?? ending.reason ?? null),
      requestedBy: record.createdBy,
      startedAt,
      endedAt,
      links,
    },
  }
  if (record.notify === false) return story
  return {
    ...story,
    mail: deploymentMail(record, { ending, links, cleanedUp: cleanedUp && record.goneAt !== undefined }),
  }
}

function tellDeletion(context: EndpointAnnouncing, { record, ending }: EndedDeletion): Story {
  const links = jobLinks(context, '/endpoints', ending.executionArn)
  const { outcome, startedAt, endedAt } = ending
  return {
    detailType: `Endpoint deletion ${OUTCOME_WORDS[outcome].replace('was ', '')}`,
    event: {
      lifecycle: 'delete-endpoint',
      id: record.id,
      name: record.name,
      from: 'Deleting',
      to: outcome,
      reason: outcome === 'Succeeded' ? null : (record.reason ?? ending.reason ?? null),
      requestedBy: record.requestedBy,
      startedAt,
      endedAt,
      links,
    },
    mail: deletionMail(record, { ending, links }),
  }
}
