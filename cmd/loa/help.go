package main

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"loa/internal/fault"
)

// errShown ends reading a command line whose answer has been printed.
var errShown = errors.New("shown")

// helpFlag is --help of every command.
type helpFlag bool

// BeforeReset prints the help of the command read so far, before anything
// that is missing is noticed.
func (helpFlag) BeforeReset(c *kong.Context, t *terminal) error {
	t.help(c)
	return errShown
}

// versionFlag is --version.
type versionFlag bool

// BeforeReset prints the version.
func (versionFlag) BeforeReset(t *terminal) error {
	fmt.Fprintln(t.out, "loa", version)
	return errShown
}

// parser reads command lines, and says everything from the catalogue.
func (t *terminal) parser() (*kong.Kong, error) {
	words := t.wordLists()
	say := func(key string) string { // of a tag of help
		if key == "" {
			return ""
		}
		return t.lang.Say(key, words...)
	}
	return kong.New(&grammar{}, kong.Name("loa"), kong.NoDefaultHelp(), kong.Writers(t.out, t.errs), kong.Exit(func(int) {}),
		kong.Bind(t), kong.PostBuild(func(k *kong.Kong) error {
			return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
				switch n := node.(type) {
				case *kong.Node:
					n.Help = say(n.Help)
				case *kong.Flag:
					n.Help = say(flagKey(n))
					if n.Name = strings.ReplaceAll(n.Name, "_", "-"); n.Name == "q" {
						n.Short = 'q'
					}
				case *kong.Value:
					if n.Flag == nil {
						n.Name = t.lang.Say("cli.arg." + n.Name)
					}
				}
				return next(nil)
			})
		}))
}

// flagKey is the key of what a flag says: a member of a filter, which says nothing of
// the command line, is known by its name.
func flagKey(f *kong.Flag) string { return cmp.Or(f.Help, "cli.flag."+f.Name) }

// synopsis is how a command is typed.
func (t *terminal) synopsis(node *kong.Node) string {
	said := strings.NewReplacer("[flags]", t.lang.Say("cli.flags"), "<command>", "<"+t.lang.Say("cli.arg.command")+">").Replace(node.Summary())
	return "loa " + placeholder.ReplaceAllString(said, "$1 …")
}

// meant is the command that was named: the last word of a path that stands on
// the line, not one chosen because nothing else was.
func meant(c *kong.Context) *kong.Node {
	node := c.Model.Node
	for _, p := range c.Path {
		if p.Command != nil && (p.Command.Parent.DefaultCmd != p.Command || slices.Contains(c.Args, p.Command.Name)) {
			node = p.Command
		}
	}
	return node
}

// flagsOf are the flags a command takes; one that stands for another takes
// that one's.
func flagsOf(node *kong.Node) (flags []*kong.Flag) {
	if node.DefaultCmd != nil {
		node = node.DefaultCmd
	}
	for _, group := range node.AllFlags(true) {
		flags = append(flags, group...)
	}
	return flags
}

// help prints what the command does, its arguments, commands and flags.
func (t *terminal) help(c *kong.Context) {
	node := meant(c)
	if node.Type == kong.ApplicationNode {
		fmt.Fprintln(t.out, t.lang.Say("cli.help.head"))
	} else {
		fmt.Fprintf(t.out, "%s\n\n%s\n\n", t.lang.Say("cli.synopsis", "usage", t.synopsis(node)), node.Help)
	}
	w := tabwriter.NewWriter(t.out, 2, 0, 2, ' ', 0)
	for _, child := range node.Children {
		if !child.Hidden {
			fmt.Fprintf(w, "  %s\t%s\n", child.FullPath(), child.Help)
		}
	}
	var flags []string
	for _, f := range flagsOf(node) {
		name := "--" + f.Name
		if f.Short != 0 {
			name = "-" + string(f.Short) + ", " + name
		}
		if !f.IsBool() {
			name += " …"
		}
		line := "  " + name + "\t" + f.Help
		if f.HasDefault && f.Default != "" {
			line += " [" + f.Default + "]"
		}
		flags = append(flags, line)
	}
	fmt.Fprintf(w, "\n%s\n%s\n", t.lang.Say("cli.help.flags"), strings.Join(flags, "\n"))
	_ = w.Flush() // nobody is left to tell when the terminal is gone
	if node.Type == kong.ApplicationNode {
		fmt.Fprintln(t.out, t.lang.Say("cli.help.foot"))
	}
}

var (
	placeholder    = regexp.MustCompile(`(--[a-z-]+)=\S+`) // "--note=STRING": the kind is a program's word
	missingWords   = regexp.MustCompile(`^expected "(<.+)"$`)
	unexpectedWord = regexp.MustCompile(`^unexpected argument (.+?)(?:, did you mean .*)?$`)
	near           = regexp.MustCompile(`did you mean (?:one of )?(.*)\?$`)
)

// missingFlags tells which flags a command cannot do without, and what each is for.
func (t *terminal) missingFlags(name string, node *kong.Node) *fault.Error {
	var names []string
	var parts []*fault.Error
	for _, f := range flagsOf(node) {
		if f.Required && !f.Set {
			names = append(names, "--"+f.Name)
			parts = append(parts, fault.New(fault.Invalid, "cli.missing_flag", "flag", f.Name, "help", f.Help))
		}
	}
	e := fault.New(fault.Invalid, "cli.missing", "name", name, "what", strings.Join(names, ", "))
	e.Parts = parts
	return e
}

// misunderstood is what the parser could not read as a fault: what was meant
// perhaps, and how the command is used.
func (t *terminal) misunderstood(err error) error {
	parse, ok := errors.AsType[*kong.ParseError](err)
	if !ok {
		return err
	}
	if own, ok := errors.AsType[*fault.Error](err); ok { // a value that reads itself says what is wrong with it
		return own
	}
	node := meant(parse.Context)
	name := strings.TrimSpace(strings.TrimPrefix(node.FullPath(), "loa"))
	word := unexpectedWord.FindStringSubmatch(err.Error())
	var e *fault.Error
	switch {
	case word != nil && len(node.Children) > 0:
		e = fault.New(fault.Invalid, "cli.no_command", "name", strings.TrimSpace(name+" "+word[1]))
	case word != nil:
		e = fault.New(fault.Invalid, "cli.unexpected", "what", word[1])
	case strings.HasPrefix(err.Error(), "missing flags: "):
		e = t.missingFlags(name, node)
	case missingWords.MatchString(err.Error()):
		e = fault.New(fault.Invalid, "cli.missing", "name", name, "what", missingWords.FindStringSubmatch(err.Error())[1])
	case strings.HasPrefix(err.Error(), "expected one of ") && len(node.Children) > 0:
		e = fault.New(fault.Invalid, "cli.unfinished", "name", name)
	default:
		e = fault.New(fault.Invalid, "cli.usage", "name", name).Because(err)
	}
	if m := near.FindStringSubmatch(err.Error()); m != nil {
		e.Parts = append(e.Parts, fault.New(fault.Invalid, "cli.did_you_mean", "names", strings.ReplaceAll(m[1], `"`, "")))
		e.Err = nil
	}
	if node.Type == kong.ApplicationNode {
		return e
	}
	if len(node.Children) == 0 {
		e.Parts = append(e.Parts, fault.New(fault.Invalid, "cli.synopsis", "usage", t.synopsis(node)))
		return e
	}
	var names []string
	for _, child := range node.Children {
		names = append(names, child.FullPath())
	}
	e.Parts = append(e.Parts, fault.New(fault.Invalid, "cli.which", "commands", strings.Join(names, " · ")))
	return e
}
