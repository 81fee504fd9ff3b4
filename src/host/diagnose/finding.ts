/** One line of `tsbox doctor`. */
export interface Finding {
	/** Stable, dotted: `tool.zstd`. */
	readonly id: string;
	readonly area: 'caller' | 'programs' | 'namespaces' | 'limits' | 'filesystems' | 'hardening' | 'configuration';
	/** What was looked at, as a person names it. */
	readonly subject: string;
	/** `ok`; `warn`: something that a spec may ask for will not work; `missing`: no container can be run. */
	readonly state: 'ok' | 'warn' | 'missing';
	/** What is there, a few words. */
	readonly found: string;
	/** What does not work without it, one sentence. */
	readonly without: string;
	/** The command that fixes it, or null when it is fine or no command would help. */
	readonly hint: string | null;
}
