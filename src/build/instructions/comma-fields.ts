/** The fields of a line of CSV, as `--mount` is written: `type=bind,"source=a,b"`. Undefined when a quote has no end. RFC 4180. */
export function commaFields(text: string): readonly string[] | undefined {
	const fields: string[] = [];
	let at = 0;
	for (;;) {
		let field = '';
		if (text[at] === '"') {
			at += 1;
			for (;;) {
				const end = text.indexOf('"', at);
				if (end === -1) return undefined;
				field += text.slice(at, end);
				at = end + 1;
				if (text[at] !== '"') break;
				// Two quotes are one that belongs to the field.
				field += '"';
				at += 1;
			}
		}
		const comma = text.indexOf(',', at);
		fields.push(field + text.slice(at, comma === -1 ? undefined : comma));
		if (comma === -1) return fields;
		at = comma + 1;
	}
}
