import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** What a user knows of a registry. */
export interface KnownRegistry {
	/** `127.0.0.1:5000`. */
	readonly address: string;
	/** Speaks HTTP without TLS. */
	readonly insecure?: boolean;
	/** The certificate authority that this user trusts, as PEM. */
	readonly ca?: string;
	/** The user is logged in with `user:password`. */
	readonly login?: string;
	/** Registries that are asked before this one, without TLS. */
	readonly mirrors?: readonly string[];
}

/**
 * Makes a home with the files of skopeo, buildah, and podman, in place of earlier ones: registries.conf, auth.json, and certs.d. Nothing of the
 * machine's own is read but its policy.json.
 *
 * @returns The environment that makes it the home: `testBox().start(args, {env})` takes it.
 */
export function containersHome(home: string, known: readonly KnownRegistry[]): Readonly<Record<string, string>> {
	const folder = join(home, '.config/containers');
	rmSync(folder, {recursive: true, force: true});
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const rows = known.map(({address, insecure = false, mirrors = []}) =>
		[
			`[[registry]]\nlocation = "${address}"\ninsecure = ${insecure}`,
			...mirrors.map(mirror => `[[registry.mirror]]\nlocation = "${mirror}"\ninsecure = true`),
		].join('\n'),
	);
	writeFileSync(join(folder, 'registries.conf'), `short-name-mode = "disabled"\n${rows.join('\n')}\n`);
	const logins = known.flatMap(({address, login}) =>
		login === undefined ? [] : [[address, {auth: Buffer.from(login).toString('base64')}]],
	);
	const auth = join(folder, 'auth.json');
	writeFileSync(auth, JSON.stringify({auths: Object.fromEntries(logins)}), {mode: 0o600});
	for (const {address, ca} of known) {
		if (ca === undefined) continue;
		mkdirSync(join(folder, 'certs.d', address), {recursive: true});
		writeFileSync(join(folder, 'certs.d', address, 'ca.crt'), ca);
	}
	return {HOME: home};
}
