import {expect, test} from 'vitest';
import {systemdUnit} from './systemd-unit.ts';

const facts = {
	project: 'shop',
	spec: '/srv/my shop/100%$x.yaml',
	tsbox: ['/usr/bin/node', '/opt/tsbox/bin/tsbox'],
	store: '/var/lib/tsbox',
	state: '/run/tsbox',
	needs: ['/srv/images/x.tar', '/data', '/data'],
	user: false,
};

test('a unit starts and stops a project, and escapes special characters in paths', () => {
	expect(systemdUnit(facts)).toMatchInlineSnapshot(`
		"# Written by \`tsbox export systemd\`; put it into /etc/systemd/system/tsbox-shop.service, then
		# systemctl daemon-reload && systemctl enable --now tsbox-shop
		[Unit]
		Description=tsbox project shop
		Wants=network-online.target
		After=local-fs.target network-online.target
		RequiresMountsFor="/srv/my shop/100%%$x.yaml" /var/lib/tsbox /usr/bin/node /opt/tsbox/bin/tsbox /srv/images/x.tar /data

		[Service]
		Type=oneshot
		RemainAfterExit=yes
		ExecStart=/usr/bin/node /opt/tsbox/bin/tsbox --store /var/lib/tsbox --state /run/tsbox up -d "/srv/my shop/100%%$$x.yaml"
		ExecReload=/usr/bin/node /opt/tsbox/bin/tsbox --store /var/lib/tsbox --state /run/tsbox up -d "/srv/my shop/100%%$$x.yaml"
		ExecStop=/usr/bin/node /opt/tsbox/bin/tsbox --store /var/lib/tsbox --state /run/tsbox down shop
		ExecStopPost=/bin/sh -c 'test "$$SERVICE_RESULT" = success || exec "$$@"' sh /usr/bin/node /opt/tsbox/bin/tsbox --store /var/lib/tsbox --state /run/tsbox down shop
		Restart=on-failure
		RestartSec=30
		TimeoutStartSec=infinity
		TimeoutStopSec=infinity
		Delegate=yes

		[Install]
		WantedBy=multi-user.target
		"
	`);
});

test('a user unit does not wait for the system network, and mentions lingering', () => {
	const unit = systemdUnit({...facts, user: true});
	expect(unit).toContain('WantedBy=default.target');
	expect(unit).not.toContain('network-online');
	expect(unit).toContain('systemctl --user enable --now tsbox-shop\n# and, to start it at boot');
	expect(unit).toContain('loginctl enable-linger\n[Unit]');
});
