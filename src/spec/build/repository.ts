import type {Repository} from '../model/build-source.ts';
import {bad, good, type Parsed, quoted} from '../model/parsed.ts';

/** Whether a context is on the network, as Compose and Docker have it. */
export function isAddress(text: string): boolean {
	return /^(?:[a-z+]+:\/\/|git@|github\.com\/)/.test(text);
}

/**
 * Parses the address of a repository: `URL#REF:FOLDER`, where a URL of http ends with `.git`. Source: Docker, "Build context", "Git
 * repositories".
 */
export function parseRepository(text: string): Parsed<Repository> {
	const [address = '', fragment = ''] = text.split(/#(.*)/s);
	const url = address.startsWith('github.com/') ? `https://${address}` : address;
	const isOfGit = /^(?:git|ssh):\/\/|^git@[^/]+:/.test(url) || address.startsWith('github.com/');
	if (!isOfGit && !/^https?:\/\/[^?]+\.git\/?$/.test(url))
		return bad(
			`is the address ${quoted(text)}, and tsbox fetches repositories of Git`,
			'write one such as `https://github.com/OWNER/NAME.git#BRANCH`, or fetch it, and write the path of the folder',
		);
	const [ref = '', folder = ''] = fragment.split(/:(.*)/s);
	const strange = [url, ref, folder].find(word => /[\s\0\\]/.test(word) || word.startsWith('-'));
	if (strange !== undefined) return bad(`has ${quoted(strange)}`, 'write it without blanks');
	if (!/^[\w./@+-]*$/.test(ref)) return bad(`has ${quoted(ref)}`, 'write a branch, a tag, or a commit behind `#`');
	const names = folder.split('/').filter(name => name !== '' && name !== '.');
	if (names.includes('..'))
		return bad(`has the folder ${quoted(folder)}`, 'write a folder of the repository behind `:`');
	return good({url, ...(ref === '' ? {} : {ref}), ...(names.length === 0 ? {} : {folder: names.join('/')})});
}
