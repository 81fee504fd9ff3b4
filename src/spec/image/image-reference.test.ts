import {resolve} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {good, type Parsed} from '../model/parsed.ts';
import {parseImageName} from './image-name.ts';
import {imagePlace, isImageReference, parseImageReference} from './image-reference.ts';

const kinds: Readonly<Record<string, 'file' | 'directory'>> = {
	'/srv/a.tar': 'file',
	'/srv/images/b.tar.gz': 'file',
	'/srv/c': 'file',
	'/srv/two words.tar': 'file',
	'/srv/layout': 'directory',
	'/srv/x:y.tar': 'file',
	'/home/ada/d.tar': 'file',
};

function parse(text: string): Parsed<string> {
	return parseImageReference(text, {
		resolve: path => good(path.startsWith('~/') ? `/home/ada/${path.slice(2)}` : resolve('/srv', path)),
		kindOf: path => kinds[path],
	});
}

function told(text: string): string {
	const parsed = parse(text);
	return parsed.ok ? `accepted: ${parsed.value}` : [parsed.problem, parsed.hint ?? 'no hint'].join(' → ');
}

const hex = 'ab'.repeat(32);

test.each([
	['nginx', 'docker.io/library/nginx:latest'],
	['nginx:1.27', 'docker.io/library/nginx:1.27'],
	['library/nginx', 'docker.io/library/nginx:latest'],
	['grafana/grafana:9', 'docker.io/grafana/grafana:9'],
	['docker.io/nginx', 'docker.io/library/nginx:latest'],
	['index.docker.io/nginx', 'docker.io/library/nginx:latest'],
	['docker://nginx:1', 'docker.io/library/nginx:1'],
	['docker:dind', 'docker.io/library/docker:dind'],
	['sif:1.0', 'docker.io/library/sif:1.0'],
	['ghcr.io/o/r/s:v1', 'ghcr.io/o/r/s:v1'],
	['localhost/x', 'localhost/x:latest'],
	['localhost:5000/x', 'localhost:5000/x:latest'],
	['localhost:5000', 'docker.io/library/localhost:5000'],
	['127.0.0.1:5000/a/b:c', '127.0.0.1:5000/a/b:c'],
	['[::1]:5000/x', '[::1]:5000/x:latest'],
	['Host/x', 'Host/x:latest'],
	['a__b/c--d.e_f', 'docker.io/a__b/c--d.e_f:latest'],
	[`nginx@sha256:${hex}`, `docker.io/library/nginx@sha256:${hex}`],
	[`nginx:1.27@sha256:${hex}`, `docker.io/library/nginx@sha256:${hex}`],
	[`nginx:${'t'.repeat(128)}`, `docker.io/library/nginx:${'t'.repeat(128)}`],
	[`a.b/${'p'.repeat(255)}`, `a.b/${'p'.repeat(255)}:latest`],
	['./a.tar', 'archive:/srv/a.tar'],
	['a.tar', 'archive:/srv/a.tar'],
	['images/b.tar.gz', 'archive:/srv/images/b.tar.gz'],
	['/srv/c', 'archive:/srv/c'],
	['./two words.tar', 'archive:/srv/two words.tar'],
	['~/d.tar', 'archive:/home/ada/d.tar'],
	['docker-archive:a.tar', 'docker-archive:/srv/a.tar'],
	['docker-archive:a.tar:shop/web', 'docker-archive:/srv/a.tar:docker.io/shop/web:latest'],
	['docker-archive:a.tar:@1', 'docker-archive:/srv/a.tar:@1'],
	['oci-archive:a.tar:latest', 'oci-archive:/srv/a.tar:latest'],
	['oci:layout', 'oci:/srv/layout'],
	['oci:./layout:v1', 'oci:/srv/layout:v1'],
	['dir:layout', 'dir:/srv/layout'],
])('%s is %s', (text, reference) => {
	expect(told(text)).toBe(`accepted: ${reference}`);
	expect(isImageReference(reference)).toBe(true);
});

test('what is no image is refused, with what to write', () => {
	expect(
		[
			'',
			' nginx',
			'nginx\u200b',
			'nginx:',
			'nginx:1.27:2',
			'nginx:-1',
			`nginx:${'t'.repeat(129)}`,
			'NGINX:1',
			'ghcr.io/Owner/Name',
			'a/../b',
			'a//b',
			'-v/x',
			'--help',
			'host_name.x/y',
			`a.b/${'p'.repeat(256)}`,
			hex,
			`nginx@sha256:${hex.slice(1)}`,
			`nginx@sha256:${hex.toUpperCase()}`,
			`nginx@sha512:${hex}`,
			`nginx@sha256:${hex}@sha256:${hex}`,
			'https://hub.docker.com/_/nginx',
			'docker-daemon:nginx',
			'docker-daemon:nginx:1',
			'containers-storage:localhost/x',
			'ostree:x@/y',
			'tarball:/x.tar',
			'./none.tar',
			'/srv/layout',
			'./x:y.tar',
			'oci:',
			'oci:a.tar',
			'oci:layout:a b',
			'oci:layout:-x',
			'docker-archive:layout',
			'docker-archive:a.tar:UPPER',
			'dir:layout:name',
		].map(text => `${text.length > 60 ? `${text.slice(0, 60)}…` : text}: ${told(text)}`),
	).toMatchInlineSnapshot(`
		[
		  ": must not be empty → write \`NAME:TAG\`, such as \`nginx:1.27\` or \`ghcr.io/owner/name:1.0\`",
		  " nginx: has the name \` nginx\` → write \`NAME:TAG\`, such as \`nginx:1.27\` or \`ghcr.io/owner/name:1.0\`",
		  "nginx​: must not hold control characters, as \`nginx​\` does → no hint",
		  "nginx:: has no tag behind the colon → write a tag of at most 128 letters, digits, \`_\`, \`.\` and \`-\`, such as \`:1.27\`",
		  "nginx:1.27:2: has the tag \`1.27:2\` → write a tag of at most 128 letters, digits, \`_\`, \`.\` and \`-\`, such as \`:1.27\`",
		  "nginx:-1: has the tag \`-1\` → write a tag of at most 128 letters, digits, \`_\`, \`.\` and \`-\`, such as \`:1.27\`",
		  "nginx:tttttttttttttttttttttttttttttttttttttttttttttttttttttt…: has the tag \`ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt…\` → write a tag of at most 128 letters, digits, \`_\`, \`.\` and \`-\`, such as \`:1.27\`",
		  "NGINX:1: has upper case letters: \`NGINX:1\` → write \`nginx:1\`",
		  "ghcr.io/Owner/Name: has upper case letters: \`ghcr.io/Owner/Name\` → write \`ghcr.io/owner/name\`",
		  "a/../b: has the name \`a/../b\` → write \`NAME:TAG\`, such as \`nginx:1.27\` or \`ghcr.io/owner/name:1.0\`",
		  "a//b: has the name \`a//b\` → write \`NAME:TAG\`, such as \`nginx:1.27\` or \`ghcr.io/owner/name:1.0\`",
		  "-v/x: has the name \`-v/x\` → write \`NAME:TAG\`, such as \`nginx:1.27\` or \`ghcr.io/owner/name:1.0\`",
		  "--help: has the name \`--help\` → write \`NAME:TAG\`, such as \`nginx:1.27\` or \`ghcr.io/owner/name:1.0\`",
		  "host_name.x/y: has the registry \`host_name.x\`, which is no name of a host → write \`NAME:TAG\`, such as \`nginx:1.27\` or \`ghcr.io/owner/name:1.0\`",
		  "a.b/pppppppppppppppppppppppppppppppppppppppppppppppppppppppp…: has a name of 256 characters, more than 255 → no hint",
		  "abababababababababababababababababababababababababababababab…: is the id of an image, which a registry cannot find → write \`NAME:TAG\`, such as \`nginx:1.27\` or \`ghcr.io/owner/name:1.0\`",
		  "nginx@sha256:bababababababababababababababababababababababab…: has the digest \`sha256:bababababababababababababababababababababababababababababababab\` → write \`@sha256:\` and 64 hexadecimal digits in lower case",
		  "nginx@sha256:ABABABABABABABABABABABABABABABABABABABABABABABA…: has the digest \`sha256:ABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABAB\` → write \`@sha256:\` and 64 hexadecimal digits in lower case",
		  "nginx@sha512:abababababababababababababababababababababababa…: has the digest \`sha512:abababababababababababababababababababababababababababababababab\` → write \`@sha256:\` and 64 hexadecimal digits in lower case",
		  "nginx@sha256:abababababababababababababababababababababababa…: has more than one \`@\`: \`nginx@sha256:abababababababababababababababababababababababababababababababab@s…\` → write \`NAME@sha256:DIGITS\`",
		  "https://hub.docker.com/_/nginx: begins with \`https:\`, which tsbox does not read → write it without \`https://\`",
		  "docker-daemon:nginx: begins with \`docker-daemon:\`, which tsbox does not read → run \`docker save -o image.tar NAME\`, and write \`./image.tar\`",
		  "docker-daemon:nginx:1: begins with \`docker-daemon:\`, which tsbox does not read → run \`docker save -o image.tar NAME\`, and write \`./image.tar\`",
		  "containers-storage:localhost/x: begins with \`containers-storage:\`, which tsbox does not read → run \`podman save -o image.tar NAME\`, and write \`./image.tar\`",
		  "ostree:x@/y: begins with \`ostree:\`, which tsbox does not read → copy the image with \`skopeo copy\` to \`oci-archive:image.tar\`, and write \`./image.tar\`",
		  "tarball:/x.tar: begins with \`tarball:\`, which tsbox does not read → name the archive with \`rootfs\`",
		  "./none.tar: names \`/srv/none.tar\`, which does not exist → write the path of a file that \`docker save\` or \`skopeo copy\` made, or the name of an image such as \`nginx:1.27\`",
		  "/srv/layout: names the folder \`/srv/layout\` → write \`oci:/srv/layout\` or \`dir:/srv/layout\` for an image in a folder, or \`rootfs: /srv/layout\` for a folder of files",
		  "./x:y.tar: names \`/srv/x:y.tar\`, and skopeo(1) ends a path at the first colon → rename it",
		  "oci:: names no file → write its path behind the colon",
		  "oci:a.tar: names a folder with \`oci:\`, and \`/srv/a.tar\` is none → write \`./FILE\` for an image in a file",
		  "oci:layout:a b: has \`a b\` behind the path → write the name that the image has in it, such as \`:latest\`",
		  "oci:layout:-x: has \`-x\` behind the path → write the name that the image has in it, such as \`:latest\`",
		  "docker-archive:layout: names a file with \`docker-archive:\`, and \`/srv/layout\` is none → write \`oci:\` or \`dir:\` for an image in a folder",
		  "docker-archive:a.tar:UPPER: has upper case letters: \`UPPER\` → write \`upper\`",
		  "dir:layout:name: names \`/srv/layout:name\`, which does not exist → write the path of a file that \`docker save\` or \`skopeo copy\` made, or the name of an image such as \`nginx:1.27\`",
		]
	`);
});

test.each([
	'',
	'nginx',
	'docker.io/library/nginx',
	'oci:layout',
	'oci:/a/../b',
	'oci:/a//b',
	'oci:/',
	'dir:/a/',
	'archive:/a\nb',
	'docker-daemon:/x',
])('%j is no complete reference', text => {
	expect(isImageReference(text)).toBe(false);
});

test('the parts of a complete reference', () => {
	expect(imagePlace('docker.io/library/nginx:1')).toEqual({transport: 'docker', name: 'docker.io/library/nginx:1'});
	expect(imagePlace('archive:/srv/a.tar')).toEqual({transport: 'archive', path: '/srv/a.tar'});
	expect(imagePlace('oci:/srv/layout:a/b:c')).toEqual({transport: 'oci', path: '/srv/layout', name: 'a/b:c'});
});

const word = fc.stringMatching(/^[a-z0-9]{1,5}(?:(?:\.|_|__|-{1,3})[a-z0-9]{1,5}){0,2}$/);

test('whatever is accepted is complete: parsed again it is the same, and it never begins like an option', () => {
	const text = fc.oneof(
		fc.string({unit: fc.constantFrom(...Array.from('ab:/@.-_A0[]')), maxLength: 20}),
		fc.tuple(fc.array(word, {minLength: 1, maxLength: 4}), word).map(([path, tag]) => `${path.join('/')}:${tag}`),
	);
	fc.assert(
		fc.property(text, each => {
			const parsed = parseImageName(each);
			if (!parsed.ok) return;
			const {domain, path, version} = parsed.value;
			const whole = `${domain}/${path}${version}`;
			expect(whole).toMatch(/^[a-zA-Z0-9[]/);
			expect(parseImageName(whole)).toEqual(parsed);
			expect(isImageReference(whole)).toBe(true);
		}),
	);
});
