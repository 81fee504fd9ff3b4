/** The largest spec, configuration, or env file, in bytes. Real ones have a page or two. */
export const largest = 1024 * 1024;
