import ts from 'typescript';

const RESULT_FILE = /\/domain\/shared\/result\.ts$/;

const isPartOfResult = (type) =>
  ['Ok', 'Err'].includes(type.getSymbol()?.name ?? '') &&
  (type.getSymbol()?.declarations ?? []).some((node) => RESULT_FILE.test(node.getSourceFile().fileName));

/** Does a value of this type carry a Result: itself, in a promise, in a list, or as one of several possibilities? */
const carriesResult = (checker, type) => {
  if (type.isUnion()) return type.types.some((part) => carriesResult(checker, part));
  if (isPartOfResult(type)) return true;
  const awaited = checker.getAwaitedType(type) ?? type;
  if (awaited !== type) return carriesResult(checker, awaited);
  const isList = checker.isArrayType(type) || checker.isTupleType(type);
  return isList && checker.getTypeArguments(type).some((part) => carriesResult(checker, part));
};

/** The value behind `void …` and `await …`. */
const valueOf = (node) =>
  (node.type === 'UnaryExpression' && node.operator === 'void') || node.type === 'AwaitExpression'
    ? valueOf(node.argument)
    : node;

const wantsNothing = (checker, callback) =>
  (checker.getContextualType(callback)?.getCallSignatures() ?? []).some(
    (signature) => (checker.getReturnTypeOfSignature(signature).flags & ts.TypeFlags.Void) !== 0,
  );

/** A Result that nobody looks at is a refusal that nobody hears (ADR 0002). */
export const noIgnoredResult = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { ignored: 'This Result is ignored. Look at `ok`, or pass it on (docs/adr/0002).' },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const checker = services.program.getTypeChecker();
    const check = (node) => {
      if (carriesResult(checker, services.getTypeAtLocation(valueOf(node)))) {
        context.report({ node, messageId: 'ignored' });
      }
    };
    return {
      ExpressionStatement: ({ expression }) => {
        if (expression.type !== 'AssignmentExpression') check(expression);
      },
      ArrowFunctionExpression: (node) => {
        if (node.body.type === 'BlockStatement') return;
        const callback = services.esTreeNodeToTSNodeMap.get(node);
        const isVoid = node.body.type === 'UnaryExpression' && node.body.operator === 'void';
        if (isVoid || wantsNothing(checker, callback)) check(node.body);
      },
    };
  },
};
