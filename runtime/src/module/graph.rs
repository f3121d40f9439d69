//! Drawings of a network, as text for Graphviz and Mermaid.

use std::fmt::Write;

/// What a [`GraphNode`] stands for; drawings give each a form of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// What goes in.
    Input,
    /// A layer.
    Layer,
    /// An operation without parameters.
    Operation,
    /// What comes out.
    Output,
}

/// A box of a drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphNode {
    /// What it stands for.
    pub kind: NodeKind,
    /// The text; lines are separated by `\n`.
    pub label: String,
    /// The path of the component that it is drawn in; the empty one is the network itself.
    pub group: String,
}

/// An arrow of a drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphEdge {
    /// The node it starts from, by its place in [`Graph::nodes`].
    pub from: usize,
    /// The node it leads to.
    pub to: usize,
    /// Its text, such as the shape of what flows; may be empty.
    pub label: String,
}

/// The nodes and edges of a network.
///
/// # Example
/// ```
/// use taper::module::{Graph, GraphEdge, GraphNode, NodeKind};
/// let node = |kind, label: &str, group: &str| GraphNode { kind, label: label.into(), group: group.into() };
/// let graph = Graph {
///     name: "Net".into(),
///     nodes: vec![node(NodeKind::Input, "x", ""), node(NodeKind::Layer, "conv\nConv2d", "features")],
///     edges: vec![GraphEdge { from: 0, to: 1, label: "[B, 1, 28, 28]".into() }],
/// };
/// assert_eq!(graph.to_mermaid(), r#"flowchart TD
///   n0(["x"])
///   subgraph g1["features"]
///     n1["conv<br/>Conv2d"]
///   end
///   n0 -->|"[B, 1, 28, 28]"| n1
/// "#);
/// assert!(graph.to_dot().contains(r#"n0 -> n1 [label="[B, 1, 28, 28]"];"#));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// The network's type.
    pub name: String,
    /// The boxes.
    pub nodes: Vec<GraphNode>,
    /// The arrows; those from or to a node that is not there are left out.
    pub edges: Vec<GraphEdge>,
}

/// A component with what is drawn in it.
#[derive(Default)]
struct Group {
    name: String,
    nodes: Vec<usize>,
    groups: Vec<Group>,
}

impl Graph {
    /// In the DOT language, for `dot -Tsvg`; components are clusters.
    pub fn to_dot(&self) -> String {
        let mut out = format!(
            "digraph {} {{\n  node [shape=box, fontname=\"Helvetica\"];\n  edge [fontname=\"Helvetica\"];\n",
            quoted(&self.name)
        );
        self.write_groups(&DOT, &self.groups(), 1, &mut 0, &mut out);
        for edge in self.known_edges() {
            let _ = write!(out, "  n{} -> n{}", edge.from, edge.to);
            if !edge.label.is_empty() {
                let _ = write!(out, " [label={}]", quoted(&edge.label));
            }
            out.push_str(";\n");
        }
        out.push_str("}\n");
        out
    }

    /// As a Mermaid flowchart, which Markdown viewers draw; components are subgraphs.
    pub fn to_mermaid(&self) -> String {
        let mut out = "flowchart TD\n".to_owned();
        self.write_groups(&MERMAID, &self.groups(), 1, &mut 0, &mut out);
        for edge in self.known_edges() {
            let arrow = if edge.label.is_empty() {
                "-->".to_owned()
            } else {
                format!("-->|{}|", entities(&edge.label))
            };
            let _ = writeln!(out, "  n{} {arrow} n{}", edge.from, edge.to);
        }
        out
    }

    fn known_edges(&self) -> impl Iterator<Item = &GraphEdge> {
        let known = self.nodes.len();
        let edges = self.edges.iter();
        edges.filter(move |edge| edge.from < known && edge.to < known)
    }

    /// The nodes by component, nested as the paths are.
    fn groups(&self) -> Group {
        let mut root = Group::default();
        for (i, node) in self.nodes.iter().enumerate() {
            let mut group = &mut root;
            for part in node.group.split('.').filter(|part| !part.is_empty()) {
                group = group.child(part);
            }
            group.nodes.push(i);
        }
        root
    }

    fn write_groups(
        &self,
        form: &Form,
        group: &Group,
        depth: usize,
        count: &mut usize,
        out: &mut String,
    ) {
        let indent = "  ".repeat(depth);
        for &i in &group.nodes {
            let _ = writeln!(out, "{indent}{}", (form.node)(i, &self.nodes[i]));
        }
        for child in &group.groups {
            *count += 1;
            let _ = writeln!(out, "{indent}{}", (form.open)(*count, &child.name));
            self.write_groups(form, child, depth + 1, count, out);
            let _ = writeln!(out, "{indent}{}", form.close);
        }
    }
}

impl Group {
    fn child(&mut self, name: &str) -> &mut Group {
        let at = self.groups.iter().position(|group| group.name == name);
        let at = at.unwrap_or_else(|| {
            self.groups.push(Group {
                name: name.to_owned(),
                ..Group::default()
            });
            self.groups.len() - 1
        });
        &mut self.groups[at]
    }
}

/// How a language writes nodes and what encloses them.
struct Form {
    node: fn(usize, &GraphNode) -> String,
    open: fn(usize, &str) -> String,
    close: &'static str,
}

const DOT: Form = Form {
    node: |i, node| {
        let style = match node.kind {
            NodeKind::Input | NodeKind::Output => ", shape=ellipse",
            NodeKind::Layer => ", style=\"filled,rounded\", fillcolor=\"#e8eef7\"",
            NodeKind::Operation => ", style=rounded",
        };
        format!("n{i} [label={}{style}];", quoted(&node.label))
    },
    open: |i, name| format!("subgraph cluster_{i} {{ label={};", quoted(name)),
    close: "}",
};

const MERMAID: Form = Form {
    node: |i, node| {
        let text = entities(&node.label);
        match node.kind {
            NodeKind::Input | NodeKind::Output => format!("n{i}([{text}])"),
            NodeKind::Layer => format!("n{i}[{text}]"),
            NodeKind::Operation => format!("n{i}({text})"),
        }
    },
    open: |i, name| format!("subgraph g{i}[{}]", entities(name)),
    close: "end",
};

/// A string of the DOT language.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}

/// A string of Mermaid, in which `#name;` stands for what would be markup.
fn entities(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '#' => out.push_str("#35;"),
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '\n' => out.push_str("<br/>"),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_nest_and_text_is_escaped() {
        let node = |kind, label: &str, group: &str| GraphNode {
            kind,
            label: label.to_owned(),
            group: group.to_owned(),
        };
        let graph = Graph {
            name: "Net".to_owned(),
            nodes: vec![
                node(NodeKind::Input, "x", ""),
                node(NodeKind::Layer, "conv\nConv2d", "layer1.0"),
                node(NodeKind::Operation, "say \"<a>\"", "layer1"),
                node(NodeKind::Output, "y", ""),
            ],
            edges: [(0, 1), (1, 2), (2, 3), (3, 9)]
                .map(|(from, to)| GraphEdge {
                    from,
                    to,
                    label: String::new(),
                })
                .to_vec(),
        };
        let dot = r##"digraph "Net" {
  node [shape=box, fontname="Helvetica"];
  edge [fontname="Helvetica"];
  n0 [label="x", shape=ellipse];
  n3 [label="y", shape=ellipse];
  subgraph cluster_1 { label="layer1";
    n2 [label="say \"<a>\"", style=rounded];
    subgraph cluster_2 { label="0";
      n1 [label="conv\nConv2d", style="filled,rounded", fillcolor="#e8eef7"];
    }
  }
  n0 -> n1;
  n1 -> n2;
  n2 -> n3;
}
"##;
        assert_eq!(graph.to_dot(), dot);
        let mermaid = r#"flowchart TD
  n0(["x"])
  n3(["y"])
  subgraph g1["layer1"]
    n2("say #quot;#lt;a#gt;#quot;")
    subgraph g2["0"]
      n1["conv<br/>Conv2d"]
    end
  end
  n0 --> n1
  n1 --> n2
  n2 --> n3
"#;
        assert_eq!(graph.to_mermaid(), mermaid);
    }
}
