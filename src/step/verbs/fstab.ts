import type {MountRow} from './mounts.ts';

// Blanks separate the fields of fstab(5), so these four characters become octal escapes. libmount decodes no others.
const escapes: Readonly<Record<string, string>> = {' ': '\\040', '\t': '\\011', '\n': '\\012', '\\': '\\134'};

function field(text: string): string {
	return text.replace(/[ \t\n\\]/g, c => escapes[c] ?? c);
}

/** One line of fstab(5). A leading `#` would begin a comment, so it is escaped too. */
export function fstabLine(row: MountRow): string {
	const source = field(row.source).replace(/^#/, '\\043');
	return `${source} ${field(row.target)} ${row.type} ${row.options.length === 0 ? 'defaults' : row.options.map(field).join(',')} 0 0`;
}

/** The rows as the text of an fstab(5) file. */
export function fstabText(rows: readonly MountRow[]): string {
	return rows.map(row => `${fstabLine(row)}\n`).join('');
}
