/** What the merge routes work on. */
export interface MergesContext {
  mergesTable: string
  machineArn: string
  apiUrl: string
}
