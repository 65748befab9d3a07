/** Where to look further. */
export interface MergeLinks {
  /** The record on the REST API. */
  self: string
  /** The execution's page in the console where there is one, else its ARN. */
  execution: string
}

/** Addresses of a merge. `consoleUrlBase` is what the execution's ARN is put behind to get its console page. */
export function mergeLinks(
  { apiUrl, consoleUrlBase }: { apiUrl: string; consoleUrlBase?: string | undefined },
  id: string,
  executionArn: string,
): MergeLinks {
  return {
    self: `${apiUrl.replace(/\/$/, '')}/merges/${encodeURIComponent(id)}`,
    execution: consoleUrlBase ? consoleUrlBase + executionArn : executionArn,
  }
}
