/** The undo of what a process has and takes along. */
export const withTheProcess = {kind: 'none', reason: 'it ends with the process'} as const;
