/** One line of `tsbox doctor`. */
export interface Finding {
	/** Stable, dotted: `tool.zstd`. */
	readonly id: string;
	readonly area: 'caller' | 'programs' | 'namespaces' | 'limits' | 'filesystems' | 'hardening' | 'configuration';
	/** The part of the machine that was checked: `overlay filesystem`. */
	readonly subject: string;
	/** `ok`; `warn`: some keys of a spec will not work; `missing`: no container can run. */
	readonly state: 'ok' | 'warn' | 'missing';
	/** The check's result in a few words. */
	readonly found: string;
	/** What does not work without it, in one sentence. */
	readonly without: string;
	/** The command that fixes it; null when nothing is wrong or no command helps. */
	readonly hint: string | null;
}
