/**
 * The variables of the caller that skopeo reads: where its configuration and credentials are, and how the network is reached.
 * skopeo(1), containers-auth.json(5), containers-registries.conf(5), and Go's net/http and crypto/x509.
 */
const passed = [
	'HOME',
	'XDG_RUNTIME_DIR',
	'XDG_CONFIG_HOME',
	'REGISTRY_AUTH_FILE',
	'DOCKER_CONFIG',
	'CONTAINERS_REGISTRIES_CONF',
	'HTTP_PROXY',
	'HTTPS_PROXY',
	'NO_PROXY',
	'http_proxy',
	'https_proxy',
	'no_proxy',
	'SSL_CERT_FILE',
	'SSL_CERT_DIR',
] as const;

/** The variables of an environment that skopeo reads. */
export function skopeoEnvironment(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
	return Object.fromEntries(passed.flatMap(name => (env[name] === undefined ? [] : [[name, env[name]]])));
}
