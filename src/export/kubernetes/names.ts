/** The longest name of an object, and of a label's value; RFC 1123, Kubernetes "Object Names and IDs". */
const longest = 63;

/** A name as Kubernetes allows it: a label of DNS, in lower case. */
export function objectName(...words: readonly string[]): string {
	const name = words
		.join('-')
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, '-')
		.slice(0, longest)
		.replaceAll(/^-+|-+$/g, '');
	return name === '' ? 'x' : name;
}

/** The labels by which a service finds its pods. */
export function labelsOf(project: string, service: string): Readonly<Record<string, string>> {
	return {'app.kubernetes.io/name': objectName(service), 'app.kubernetes.io/part-of': objectName(project)};
}

/** A text in which `$(NAME)` stays as it is; Kubernetes, "Define Dependent Environment Variables". */
export function literal(text: string): string {
	return text.replaceAll('$(', () => '$$(');
}
