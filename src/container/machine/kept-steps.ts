/** Steps that are not undone when a detached container ends: its files stay, so that it can start again. */
export const keptSteps: readonly string[] = ['rootfs.layer'];
