/**
 * Whether an error of a standard stream means that its reader has gone or its terminal was closed. A terminal that has hung up
 * gives EIO: tty_ioctl(4).
 */
export function isReaderGone({code, syscall}: NodeJS.ErrnoException): boolean {
	return code === 'EPIPE' || (code === 'EIO' && ['read', 'write', 'setRawMode'].includes(syscall ?? ''));
}
