import {didYouMean} from '../errors/did-you-mean.ts';
import {TsboxError} from '../errors/tsbox-error.ts';
import {escapeText} from './escape.ts';

/**
 * Fills a template as `docker ps --format` takes it: `{{.Name}} {{.Pid}}`; `\t` and `\n` are a tab and a line break.
 * @throws TsboxError E_USAGE for a field that is not there.
 */
export function formatTemplate(template: string, fields: Readonly<Record<string, string | number>>): string {
	const filled = template.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (_, name: string) => {
		const key = Object.keys(fields).find(field => field.toLowerCase() === name.toLowerCase());
		const value = key === undefined ? undefined : fields[key];
		if (value === undefined) throw unknownField(name, Object.keys(fields));
		return escapeText(String(value));
	});
	return filled.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
}

function unknownField(name: string, known: readonly string[]): TsboxError {
	const near = didYouMean(name, known);
	return new TsboxError('E_USAGE', `no field is named "${name}" in --format`, {
		hint: near === undefined ? `Use one of ${known.join(', ')}` : `Did you mean {{.${near}}}?`,
	});
}
