/** The filesystem rights of landlock(7), with the names of setpriv(1) in util-linux 2.40. */
export const landlockRights = [
	'execute',
	'write-file',
	'read-file',
	'read-dir',
	'remove-dir',
	'remove-file',
	'make-char',
	'make-dir',
	'make-reg',
	'make-sock',
	'make-fifo',
	'make-block',
	'make-sym',
	'refer',
	'truncate',
] as const;
