/** The most that a spec, a configuration or a file of variables may have, bytes; each is a page or two. */
export const largest = 1024 * 1024;
