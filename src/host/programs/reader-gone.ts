/**
 * Whether an error of a standard stream says that whoever read it has gone, or that its terminal was closed. EIO is what a
 * terminal that has hung up answers: tty_ioctl(4).
 */
export function isReaderGone({code, syscall}: NodeJS.ErrnoException): boolean {
	return code === 'EPIPE' || (code === 'EIO' && ['read', 'write', 'setRawMode'].includes(syscall ?? ''));
}
