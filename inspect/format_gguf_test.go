package inspect

import "testing"

// TestTemplates holds that templates of models pass, and those that reach
// for Python's modules do not.
func TestTemplates(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] | trim }}\n{% endfor %}", false},
		{"{%- set users = messages | selectattr('role', 'equalto', 'user') | list %}{{ raise_exception('no __user__ turn') }}", false},
		{"{{ ns.first_turn ~ '__' ~ loop.index0 }}", false},
		{"{{ cycler.__init__.__globals__.os }}", true},
		{"{{ ''['__cla' ~ 'ss__'] | attr('x') }}", true},
		{`{{ ''["\x5f\x5fclass\x5f\x5f"] }}`, true},
		{"{{ ().__class__ }}", true},
	} {
		if got := ggufReach.MatchString(c.text); got != c.want {
			t.Errorf("%s: got %v, want %v", c.text, got, c.want)
		}
	}
}
