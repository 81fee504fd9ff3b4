/** The long options in a help text, without dashes, sorted. `--[no-]sparse` counts as `no-sparse` and `sparse`. */
export function optionsIn(help: string): readonly string[] {
	const options = new Set<string>();
	for (const [, negation, name] of help.matchAll(/(?<![\w-])--(\[no-\])?([a-z][a-z0-9]*(?:-[a-z0-9]+)*)/gi)) {
		if (name === undefined) continue;
		options.add(name);
		if (negation !== undefined) options.add(`no-${name}`);
	}
	return [...options].sort();
}

/** The implementation that a program's help names, for display: `util-linux 2.38.1`, `GNU tar 1.34`; else the file name. */
export function versionIn(words: string, file: string): string {
	const busybox = /BusyBox v(\d[\w.]*)/.exec(words)?.[1];
	if (busybox !== undefined) return `BusyBox ${busybox}`;
	const utilLinux = /from (util-linux \d[\w.-]*)/.exec(words)?.[1];
	if (utilLinux !== undefined) return utilLinux;
	const [, suite, suiteVersion] = /\((GNU [^)]+|XZ Utils|uutils [^)]+)\) (\d[\w.]*)/.exec(words) ?? [];
	if (suite !== undefined && suiteVersion !== undefined) return `${suite} ${suiteVersion}`;
	const version = /\b[vV]?(?:ersion )?(\d+(?:\.\d+)+)/.exec(words)?.[1];
	return version === undefined ? file : `${file} ${version}`;
}
