package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"loa/demo"
	"loa/internal/fault"
	"loa/internal/text"
	"loa/internal/wallclock"
	"loa/stations"
)

// serveGC sweeps the heap at half again what is in use. Most of the daemon's
// garbage comes in lumps (checking a passphrase takes 19 MB for a moment), and
// small machines should get it back; the live heap is small, so it costs little.
// GOGC overrides it.
const serveGC = 50

// serveCommand runs the daemon until it is told to stop.
type serveCommand struct {
	Data     string `help:"cli.flag.data_served"`
	Listen   string `default:"127.0.0.1:8080" help:"cli.flag.listen"`
	Demo     bool   `help:"cli.flag.demo"`
	Registry string `help:"cli.flag.registry"`
	Proxies  string `help:"cli.flag.proxies"`
	Origins  string `help:"cli.flag.origins"`
	Address  string `help:"cli.flag.address"`

	Backups string `help:"cli.flag.backups"`
	Opener  opener `embed:"" prefix:"backups-"`
	Keep    string `help:"cli.flag.backups_keep" name:"backups-keep"`
}

// Run serves until the context ends.
func (c serveCommand) Run(t *terminal) error {
	trusted, err := prefixes(c.Proxies)
	if err != nil {
		return err
	}
	named, err := webOrigins(c.Origins)
	if err != nil {
		return err
	}
	place, err := readBackupPlace(c.Backups, c.Opener, c.Keep)
	if err != nil {
		return err
	}
	data := cmp.Or(c.Data, "data")
	if c.Demo && c.Data == "" {
		if data, err = os.MkdirTemp("", "loa-demo-"); err != nil {
			return err
		}
		defer os.RemoveAll(data)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(serveGC)
	}
	cfg := daemonConfig{demo: c.Demo, registry: c.Registry, data: data, listen: c.Listen, proxies: trusted, origins: named, now: time.Now,
		elapsed: wallclock.Elapsed, out: t.out, backups: place,
		log: slog.New(slog.NewTextHandler(t.errs, nil))}
	d, err := newDaemon(t, cfg)
	if err != nil {
		return err
	}
	if c.Demo {
		err = d.simulate(t)
	}
	if err == nil {
		err = d.beAt(t, c.Address)
	}
	if err == nil {
		err = d.greet(t)
	}
	if err != nil {
		return errors.Join(err, d.Close())
	}
	return errors.Join(d.Run(t), d.Close())
}

// greet says where the daemon is and how the first administrator gets in.
func (d *daemon) greet(ctx context.Context) error {
	lang := language()
	link, err := d.setupLink(ctx)
	if err != nil {
		return err
	}
	reg, err := d.store.Registry(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(d.cfg.out, lang.Say("cli.serve.running", "url", d.URL(), "stations", len(reg.ActiveOn(stations.DateOf(d.cfg.now().In(text.Zone)))),
		"dir", d.cfg.data))
	if link != "" {
		fmt.Fprintln(d.cfg.out, lang.Say("cli.serve.setup", "link", link))
	}
	if to, err := d.address(ctx); err != nil {
		return err
	} else if to.Local() {
		fmt.Fprintln(d.cfg.out, lang.Say("cli.serve.local", "url", to.URL))
	}
	if err := d.keeper.wrong(ctx); err != nil {
		fmt.Fprintln(d.cfg.out, lang.Say("cli.serve.backups", "why", lang.Fault(fault.Of(err))))
	}
	if w, doubt := d.watch.Doubt(); doubt {
		fmt.Fprintln(d.cfg.out, lang.Say("cli.clock.doubt", "shows", w.Shows, "expected", w.Expected))
	}
	return nil
}

// demoSeed makes every demo the same year.
const demoSeed = 2024

// simulate fills an empty data folder with a simulated year and prints who can
// log in.
func (d *daemon) simulate(ctx context.Context) error {
	people, err := d.store.Directory(ctx)
	if err != nil || people.Len() > 0 {
		return err // simulated before: go on with it
	}
	lang := language()
	fmt.Fprintln(d.cfg.out, lang.Say("cli.demo.wait"))
	logins, err := demo.Fill(ctx, d.store, d.blobs, demoSeed, d.cfg.now(), demo.Year, func(n, of int) {
		fmt.Fprintln(d.cfg.out, lang.Say("cli.demo.progress", "percent", 100*n/of))
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(d.cfg.out, lang.Say("cli.demo.logins", "passphrase", demo.Passphrase))
	for _, l := range logins {
		fmt.Fprintf(d.cfg.out, "  %-12s %-12s %s\n", l.Login, lang.Say("accounts.role."+l.Role), l.Name)
	}
	return nil
}

// webOrigins reads the origins whose pages may call the API,
// "https://a.example,https://b.example:8443".
func webOrigins(s string) ([]string, error) {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if err := http.NewCrossOriginProtection().AddTrustedOrigin(part); err != nil {
			return nil, fault.New(fault.Invalid, "cli.bad_origin", "what", part).Because(err)
		}
		out = append(out, strings.ToLower(part))
	}
	return out, nil
}

// prefixes reads the networks of trusted reverse proxies, "127.0.0.1,10.0.0.0/8".
func prefixes(s string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		p, err := netip.ParsePrefix(part)
		if a, aerr := netip.ParseAddr(part); aerr == nil {
			p, err = netip.PrefixFrom(a, a.BitLen()), nil
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "cli.bad_proxy", "what", part).Because(err)
		}
		out = append(out, p)
	}
	return out, nil
}
