// Every word of the panel, in English and in Portuguese for both sides of the Atlantic.

const EN = {
  heading: 'Help with your product',
  close: 'Close chat',
  fresh: 'New conversation',
  transcript: 'Conversation',
  customer: 'You',
  bot: 'Assistant',
  staff: 'Support team',
  input: 'Your message',
  placeholder: 'Write your message',
  hint: 'Enter sends the message. Shift and Enter together start a new line.',
  send: 'Send',
  left: '{n} characters left',
  leftOne: '1 character left',
  full: 'The message is full. Shorten it, or send it and go on in the next one.',
  replies: 'Suggested answers',
  latest: 'New messages',
  newTab: 'opens in a new tab',
  source: 'Source: ',
  typing: '{who} is writing',
  withStaff: 'You are talking with {name}.',
  backWithBot: 'You are back with the assistant.',
  inQueue: 'Number {n} in the queue for a person.',
  waited: 'You have been waiting for {n} minutes.',
  waitedOne: 'You have been waiting for 1 minute.',
  usualWait: 'It usually takes about {n} minutes.',
  usualWaitOne: 'It usually takes about 1 minute.',
  sending: 'Sending',
  notSent: 'Not sent.',
  again: 'Try again',
  edit: 'Edit the text',
  waiting: 'Too many messages at once. It will be sent in {n} seconds.',
  busy: 'Too many messages at once. Wait {n} minutes, then try again.',
  offline: 'Check your connection, then try again.',
  trouble: 'The service has a fault at the moment. Wait a minute, then try again.',
  tooLong: 'The text is too long. Shorten it to 2,000 characters and send it again.',
  invalid: 'The text could not be accepted. Change it and send it again.',
  choiceGone: 'This choice is no longer open. Send your answer as text instead.',
  attach: 'Add photos or files',
  chosen: 'Files that go with the message',
  attached: 'Added: {names}',
  remove: 'Remove {name}',
  removed: 'Removed: {name}',
  tooMany: 'A message carries at most {n} files. Send the others in the next one.',
  tooLarge: '{name} is too large. A file may have up to {size}.',
  emptyOne: '{name} is empty.',
  wrongKind: '{name} cannot be sent. Send photos (JPEG, PNG, WebP), PDF or videos.',
  download: 'downloads the file',
  uploading: 'Sending, {n}%',
  fileEmpty: 'A file is empty. Remove it, then send the message again.',
  filesTooLarge: 'A file is too large. Remove it or choose a smaller one.',
  fileKind: 'A file is of a kind that is not taken. Send photos (JPEG, PNG, WebP), PDF or videos.',
  fileDamaged: 'A picture cannot be read. Remove it or choose another one.',
  imageTooLarge: 'A picture has too many pixels. Remove it or choose a smaller one.',
  fileInfected: 'The virus scanner found something in a file. Remove it.',
  tooManyFiles: 'There are too many files. Remove some of them.',
  filesLater: 'Files cannot be taken at the moment. Try again in a minute, or send the text alone.',
  reference: 'Reference for the support team: {id}',
  lost: 'Connection lost. Your messages are kept, trying again.',
  fault: 'The service has a fault at the moment. Your messages are kept, trying again.',
  crowded: 'Too many requests at once. Your messages are kept, trying again shortly.',
  refused: 'The chat cannot be reached from this page. Reload the page, or contact us another way.',
  expired: 'The earlier conversation had ended, so a new one was started for you. '
    + 'Text that was not sent is in the message box: check it and press Send.',
};

const PT = {
  heading: 'Ajuda com o seu produto',
  close: 'Fechar chat',
  fresh: 'Nova conversa',
  transcript: 'Conversa',
  customer: 'Você',
  bot: 'Assistente',
  staff: 'Atendimento',
  input: 'A sua mensagem',
  placeholder: 'Escreva a sua mensagem',
  hint: 'Enter envia a mensagem. Shift e Enter juntos começam uma nova linha.',
  send: 'Enviar',
  left: 'Restam {n} caracteres',
  leftOne: 'Resta 1 caractere',
  full: 'A mensagem está cheia. Encurte o texto, ou envie e continue na mensagem seguinte.',
  replies: 'Respostas sugeridas',
  latest: 'Mensagens novas',
  newTab: 'abre em nova aba',
  source: 'Fonte: ',
  typing: '{who}: escrevendo uma mensagem',
  withStaff: 'Você está falando com {name}.',
  backWithBot: 'Você está de volta com o assistente.',
  inQueue: 'Número {n} na fila por uma pessoa.',
  waited: 'A sua espera é de {n} minutos até agora.',
  waitedOne: 'A sua espera é de 1 minuto até agora.',
  usualWait: 'Costuma levar cerca de {n} minutos.',
  usualWaitOne: 'Costuma levar cerca de 1 minuto.',
  sending: 'Enviando',
  notSent: 'Não enviada.',
  again: 'Tentar de novo',
  edit: 'Editar o texto',
  waiting: 'Muitas mensagens ao mesmo tempo. Será enviada em {n} segundos.',
  busy: 'Muitas mensagens ao mesmo tempo. Espere {n} minutos e tente de novo.',
  offline: 'Verifique a sua conexão e tente de novo.',
  trouble: 'O serviço está com uma falha neste momento. Espere um minuto e tente de novo.',
  tooLong: 'O texto é longo demais. Encurte para 2.000 caracteres e envie de novo.',
  invalid: 'O texto não pôde ser aceito. Altere e envie de novo.',
  choiceGone: 'Esta opção já não está disponível. Envie a sua resposta por escrito.',
  attach: 'Adicionar fotos ou arquivos',
  chosen: 'Arquivos que vão com a mensagem',
  attached: 'Adicionado: {names}',
  remove: 'Remover {name}',
  removed: 'Removido: {name}',
  tooMany: 'Uma mensagem leva no máximo {n} arquivos. Envie os outros na próxima.',
  tooLarge: '{name} é grande demais. Um arquivo pode ter até {size}.',
  emptyOne: '{name} está vazio.',
  wrongKind: '{name} não pode ser enviado. Envie fotos (JPEG, PNG, WebP), PDF ou vídeos.',
  download: 'baixa o arquivo',
  uploading: 'Enviando, {n}%',
  fileEmpty: 'Um arquivo está vazio. Remova-o e envie a mensagem de novo.',
  filesTooLarge: 'Um arquivo é grande demais. Remova-o ou escolha um menor.',
  fileKind: 'Um arquivo é de um tipo não aceito. Envie fotos (JPEG, PNG, WebP), PDF ou vídeos.',
  fileDamaged: 'Não foi possível ler uma imagem. Remova-a ou escolha outra.',
  imageTooLarge: 'Uma imagem tem pixels demais. Remova-a ou escolha uma menor.',
  fileInfected: 'O antivírus encontrou algo em um arquivo. Remova-o.',
  tooManyFiles: 'São arquivos demais. Remova alguns.',
  filesLater: 'Não é possível receber arquivos agora. Tente de novo daqui a um minuto ou envie só o '
    + 'texto.',
  reference: 'Referência para o atendimento: {id}',
  lost: 'Conexão perdida. As suas mensagens estão guardadas, tentando de novo.',
  fault: 'O serviço está com uma falha neste momento. As suas mensagens estão guardadas, '
    + 'tentando de novo.',
  crowded: 'Muitos pedidos ao mesmo tempo. As suas mensagens estão guardadas, '
    + 'tentando de novo em breve.',
  refused: 'O chat não pode ser usado a partir desta página. Recarregue a página ou '
    + 'fale conosco por outro meio.',
  expired: 'A conversa anterior tinha terminado, por isso começamos uma nova para você. '
    + 'O texto que não foi enviado está na caixa de mensagem: confira e pressione Enviar.',
};

export class Words {
  #locale;

  constructor(language) {
    this.language = language === 'pt' ? 'pt' : 'en';
    this.tag = this.language === 'pt' ? 'pt-BR' : 'en';
    // Times as the reader's country writes them, where the language agrees.
    const own = navigator.language ?? '';
    this.#locale = own.slice(0, 2).toLowerCase() === this.language ? own : this.tag;
  }

  of(key, values = {}) {
    const text = (this.language === 'pt' ? PT : EN)[key];
    return text.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
  }

  number(value, digits) {
    return new Intl.NumberFormat(this.#locale, { maximumFractionDigits: digits }).format(value);
  }

  time(iso) {
    const at = new Date(iso);
    if (Number.isNaN(at.getTime())) return '';
    const form = { hour: '2-digit', minute: '2-digit' };
    if (at.toDateString() !== new Date().toDateString()) {
      Object.assign(form, { day: 'numeric', month: 'short' });
      if (at.getFullYear() !== new Date().getFullYear()) form.year = 'numeric';
    }
    return new Intl.DateTimeFormat(this.#locale, form).format(at);
  }
}
