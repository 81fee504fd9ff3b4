/** The rights of landlock(7) on files, as setpriv(1) of util-linux 2.40 names them. */
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
