/** Where to look further: the record on the REST API, and the execution's console page where there is one, else its ARN. */
export interface JobLinks {
  self: string
  execution: string
}

/** Addresses of a job. `consoleUrlBase` is what the execution's ARN is put behind to get its console page. */
export function jobLinks(
  { apiUrl, consoleUrlBase }: { apiUrl: string; consoleUrlBase?: string | undefined },
  path: string,
  executionArn: string,
): JobLinks {
  return {
    self: `${apiUrl.replace(/\/$/, '')}${path}`,
    execution: consoleUrlBase ? consoleUrlBase + executionArn : executionArn,
  }
}
