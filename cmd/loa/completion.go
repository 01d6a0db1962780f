package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

// completionCommand prints what makes a shell finish the words of a command.
type completionCommand struct {
	Shell string   `arg:"" enum:"bash,zsh,words" help:"cli.summary.completion"`
	Typed []string `arg:"" optional:"" passthrough:"" name:"typed"`
}

// completionScript asks loa itself for the words that can come next, so that
// it never lags behind. Without such a word the shell offers files.
const completionScript = `_loa() {
	local IFS=$'\n'
	COMPREPLY=($(compgen -W "$(loa completion words "${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _loa loa
`

// Run prints the script of the shell, or for "words" what can come after the
// words typed.
func (c completionCommand) Run(t *terminal, k *kong.Kong) error {
	switch c.Shell {
	case "words":
		_, err := fmt.Fprintln(t.out, strings.Join(nextWords(k.Model.Node, c.Typed), "\n"))
		return err
	case "zsh":
		fmt.Fprintln(t.out, "autoload -U +X bashcompinit && bashcompinit")
	}
	_, err := fmt.Fprint(t.out, completionScript)
	return err
}

// nextWords are the commands and flags that can stand after the words typed.
func nextWords(node *kong.Node, typed []string) []string {
	for _, word := range typed {
		for _, child := range node.Children {
			if child.Name == word {
				node = child
				break
			}
		}
	}
	var words []string
	for _, child := range node.Children {
		words = append(words, child.Name)
	}
	for _, f := range flagsOf(node) {
		words = append(words, "--"+f.Name)
	}
	return words
}
